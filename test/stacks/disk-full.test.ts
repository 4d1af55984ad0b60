import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type StackHandle, upStack } from '../../stack/api.ts';
import { eventually } from '../support/eventually.ts';
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

/** Moves the data of a process onto a file system in memory of this size. */
async function onSmallDisk(stack: StackHandle, name: string, megabytes: number): Promise<void> {
  const place = join(dir, 'data', name);
  await stack.stop(name);
  await eventually(`${name} has stopped`, () => stack.process(name).state === 'stopped');
  renameSync(place, `${place}.disk`);
  mkdirSync(place);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place]);
  mounts.push(place);
  execFileSync('cp', ['-a', `${place}.disk/.`, place]);
  await stack.start(name);
  await stack.waitHealthy(name);
}

const logOf = (name: string): string => readFileSync(stack?.process(name).log ?? '', 'utf8');

/** Fills a file system to its last block, then frees `keptBytes`; disposal frees the rest. */
function fill(name: string, keptBytes: number): Disposable {
  const file = join(dir, 'data', name, 'filler');
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(1 << 18);
  let size = 0;
  try {
    for (;;) size += writeSync(handle, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
  ftruncateSync(handle, Math.max(0, size - keptBytes));
  closeSync(handle);
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

before(async () => {
  if (!isRoot) return;
  process.env.LUTRA_STACK_DIR = dir;
  stack = await upStack({ dir, port: 0, tiedToCaller: true });
  await onSmallDisk(stack, 'otter', 500);
  await onSmallDisk(stack, 'kafka-sh', 400);
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
    using _full = fill('otter', KEPT_FREE_BYTES);
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
    using _full = fill('kafka-sh', 0);
    await flow.atSource(BURST);
    // A selector tells its state through this very Kafka, so it is not heard while the broker is away.
    await flow.until('the pipeline is not shown as running', ({ state }) => state !== 'running', LIMIT_MS);
    await eventually('the selector names what it waits for', () => logOf('selector-sh').includes('KAFKA_UNREACHABLE'), {
      limitMs: LIMIT_MS,
    });
  }
  await flow.assertEqual();
});
