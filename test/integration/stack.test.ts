import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type StackHandle, upStack } from '../../stack/api.ts';
import { checkRedis } from '../../stack/health.ts';
import { isAlive } from '../../stack/pid-file.ts';
import { silentReport } from '../../stack/report.ts';
import { stackStatus } from '../../stack/status.ts';
import { bringUp } from '../../stack/up.ts';
import { eventually } from '../support/eventually.ts';

const dir = mkdtempSync(join(tmpdir(), 'lutra-stack-'));
const options = { dir, port: 0, only: ['redis'], tiedToCaller: true } as const;
let stack: StackHandle;

before(async () => {
  stack = await upStack(options);
});
after(async () => {
  await stack.down();
  rmSync(dir, { recursive: true });
});

test('a stack with one part runs that part and lists the others', async () => {
  assert.equal(stack.process('redis').state, 'ready');
  assert.equal(stack.process('kafka-sh').state, 'stopped');
  await checkRedis(Number(new URL(stack.address('redis')).port));
});

test('A5: a second up starts nothing', async () => {
  const pid = stack.process('redis').pid;
  const { started } = await bringUp(options, silentReport);
  assert.equal(started, 0);
  assert.equal(stack.process('redis').pid, pid);
});

test('a killed process comes again', async () => {
  const before = stack.process('redis');
  await stack.kill('redis');
  const healed = await stack.waitHealthy('redis', 10_000);
  assert.notEqual(healed.pid, before.pid);
  assert.equal(healed.restarts, before.restarts + 1);
});

test('a stopped process stays stopped until it is started', async () => {
  const { pid } = stack.process('redis');
  await stack.stop('redis');
  assert.equal(stack.process('redis').state, 'stopped');
  assert.ok(!isAlive(pid ?? 0));
  await stack.start('redis');
  await stack.waitHealthy('redis', 10_000);
});

test('an unknown process is refused by name', async () => {
  await assert.rejects(stack.stop('nosuch'), /No process nosuch is in this stack/);
});

test('up heals a stack whose supervisor was killed, and down leaves nothing running', async () => {
  const supervisor = stackStatus(dir).supervisor ?? 0;
  const orphan = stack.process('redis').pid ?? 0;
  process.kill(supervisor, 'SIGKILL');
  await eventually('the supervisor is gone', () => !isAlive(supervisor));
  assert.ok(isAlive(orphan));
  stack = await upStack(options);
  assert.ok(!isAlive(orphan));
  const pids = [stackStatus(dir).supervisor ?? 0, stack.process('redis').pid ?? 0];
  assert.ok(pids.every(isAlive));
  await stack.down();
  assert.deepEqual(pids.filter(isAlive), []);
  assert.deepEqual(
    readdirSync(join(dir, 'run')).filter((file) => file.endsWith('.pid')),
    [],
  );
  assert.equal(stackStatus(dir).running, false);
});

test('a stack that is tied to its caller ends with it', async () => {
  const api = fileURLToPath(new URL('../../stack/api.ts', import.meta.url));
  const program = `import { upStack } from ${JSON.stringify(api)};
    const stack = await upStack(${JSON.stringify(options)});
    console.log(stack.process('redis').pid);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await firstNumber(owner);
  assert.ok(isAlive(pid));
  owner.kill('SIGKILL');
  const deadline = performance.now() + 15_000;
  while (existsSync(join(dir, 'run', 'supervisor.pid')) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(!isAlive(pid));
});

test('a stack whose folder is deleted ends', async () => {
  const gone = mkdtempSync(join(tmpdir(), 'lutra-gone-'));
  const { pid } = (await upStack({ ...options, dir: gone })).process('redis');
  const supervisor = stackStatus(gone).supervisor ?? 0;
  rmSync(gone, { recursive: true });
  process.kill(pid ?? 0, 'SIGKILL');
  const deadline = performance.now() + 10_000;
  while (isAlive(supervisor) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!isAlive(supervisor) && !isAlive(pid ?? 0));
});

function firstNumber(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}
