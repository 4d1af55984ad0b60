import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ensureFolder, withLock } from '../../../stack/install/cache.ts';
import { debianMirror } from '../../../stack/install/debian.ts';
import { requireTool, runTool } from '../../../stack/install/tool.ts';
import { silentReport } from '../../../stack/report.ts';

const root = mkdtempSync(join(tmpdir(), 'lutra-install-'));
after(() => rmSync(root, { recursive: true }));

test('a missing tool is told with what needs it and the remedy', () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  try {
    assert.throws(
      () => requireTool('mvn', 'Kafka 4.3.0'),
      /^StackError: mvn is not on the PATH, and Kafka 4.3.0 needs it; install Maven/,
    );
    assert.throws(
      () => requireTool('apt-get', 'MySQL'),
      /apt-get is not on the PATH, and MySQL needs it; run on Debian/,
    );
  } finally {
    process.env.PATH = path;
  }
});

test('a tool that fails is told with the last that it said', async () => {
  await assert.rejects(
    runTool('sh', ['-c', 'echo no such host >&2; exit 7'], { purpose: 'MySQL' }),
    /^StackError: sh failed \(7\) while it fetched MySQL; check the network.*no such host$/,
  );
});

test('a folder of the cache is complete or absent', async () => {
  const target = join(root, 'part');
  await assert.rejects(
    ensureFolder(target, silentReport, async (part) => {
      writeFileSync(join(part, 'half'), '');
      throw new Error('cut short');
    }),
  );
  assert.deepEqual(readdirSync(root), []);
  await ensureFolder(target, silentReport, async (part) => writeFileSync(join(part, 'whole'), ''));
  assert.deepEqual(readdirSync(target), ['whole']);
  await ensureFolder(target, silentReport, () => assert.fail('filled twice'));
});

test('two installations do not work in one cache at once, and a dead holder is passed over', async () => {
  const folder = join(root, 'locked');
  mkdirSync(folder);
  writeFileSync(join(folder, '.lock'), '4194305'); // above the highest pid
  const running: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    running.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running.push(`${name} ends`);
  };
  await Promise.all([withLock(folder, silentReport, work('a')), withLock(folder, silentReport, work('b'))]);
  const [first] = running;
  assert.equal(running[1], first?.replace('begins', 'ends'));
  assert.ok(!existsSync(join(folder, '.lock')));
});

test("the Debian mirror is the machine's own, in both forms of a source list", () => {
  const old = join(root, 'old');
  mkdirSync(old);
  writeFileSync(
    join(old, 'sources.list'),
    '# deb http://gone.example/debian x\ndeb [trusted=yes] https://a.example/debian/ bookworm main\n',
  );
  assert.equal(debianMirror(old), 'https://a.example/debian');
  const recent = join(root, 'recent');
  mkdirSync(join(recent, 'sources.list.d'), { recursive: true });
  writeFileSync(join(recent, 'sources.list.d', 'a.list'), 'deb https://other.example/apt stable main\n');
  writeFileSync(
    join(recent, 'sources.list.d', 'debian.sources'),
    'Types: deb\nURIs: http://b.example/debian\nSuites: bookworm\n',
  );
  assert.equal(debianMirror(recent), 'http://b.example/debian');
  assert.throws(() => debianMirror(join(root, 'none')), /No Debian mirror is named in .*; add a line/);
});
