import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type StackHandle, upStack } from '../../stack/api.ts';
import { Flow } from '../support/flow.ts';

/**
 * Full disks, for real: the data folders of the target and of a broker are file systems in memory of a few hundred MB, which a file then fills.
 * Mounting needs root; without it the tests say that they did not run.
 */

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : 'mounting a small file system needs root';
const KEPT_FREE_BYTES = 2 << 20;
const LIMIT_MS = 120_000;
const TABLES = { t: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(2000)' };
const BURST = `SET SESSION cte_max_recursion_depth = 100000; INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n, REPEAT(SHA2(n, 256), 15) FROM s`;

const dir = mkdtempSync(join(tmpdir(), 'lutra-full-'));
const mounts: string[] = [];
let stack: StackHandle | undefined;

function mount(name: string, megabytes: number): void {
  const place = join(dir, 'data', name);
  mkdirSync(place, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place]);
  mounts.push(place);
}

/** Fills a file system; disposal frees it again. */
function fill(name: string): Disposable {
  const place = join(dir, 'data', name);
  const file = join(place, 'filler');
  const { bavail, bsize } = statfsSync(place);
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - KEPT_FREE_BYTES)));
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

before(async () => {
  if (!isRoot) return;
  mount('otter', 500);
  mount('kafka-sh', 400);
  process.env.LUTRA_STACK_DIR = dir;
  stack = await upStack({ dir, port: 0, tiedToCaller: true });
});

after(async () => {
  await stack?.down();
  for (const place of mounts) execFileSync('umount', ['-l', place]);
  rmSync(dir, { recursive: true, force: true });
});

test('a target without space is waited for by name, and gets everything when there is space again', {
  skip,
}, async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (-1, 'before')");
  await flow.settle();
  {
    using _full = fill('otter');
    await flow.atSource(BURST);
    await flow.until('it waits for space', ({ reason }) => reason?.code === 'TARGET_FULL', LIMIT_MS);
  }
  await flow.assertEqual();
});

test('a broker without space stops, is waited for by name, and nothing is lost when it is back', { skip }, async () => {
  await using flow = await Flow.open({ tables: TABLES });
  await flow.atSource("INSERT INTO t VALUES (-1, 'before')");
  await flow.settle();
  {
    using _full = fill('kafka-sh');
    await flow.atSource(BURST);
    await flow.until('it waits for Kafka', ({ selector }) => selector?.state === 'waiting', LIMIT_MS);
  }
  await flow.assertEqual();
});
