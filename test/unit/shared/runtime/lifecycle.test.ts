import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const RUNTIME = new URL('../../../../shared/runtime/', import.meta.url).href;

/** A service whose run ends as `end` says when it is told to stop, while a timer of a library is still there. */
async function stopped(end: string): Promise<{ code: number | null; log: string }> {
  const program = `
    import { runUntilSignal } from '${RUNTIME}lifecycle.ts';
    import { createLogger } from '${RUNTIME}log.ts';
    setInterval(() => {}, 1_000);
    await runUntilSignal(createLogger('test', 'info'), async (signal) => {
      process.stdout.write('runs\\n');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ${end}
    });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program]);
  const exited = once(child, 'exit');
  let log = '';
  for await (const chunk of child.stdout) {
    if (log === '') child.kill('SIGTERM');
    log += String(chunk);
  }
  const [code] = await exited;
  return { code, log };
}

test('a service that has stopped ends, whatever timers and connections libraries have left', {
  timeout: 20_000,
}, async () => {
  const { code, log } = await stopped('');
  assert.equal(code, 0);
  assert.match(log, /"msg":"stopped"/);
});

test('a service whose run fails ends with code 1', { timeout: 20_000 }, async () => {
  const { code, log } = await stopped("throw new Error('broken')");
  assert.equal(code, 1);
  assert.match(log, /stopped by an error/);
});

test('a failure that was expected is told in its own words, with its code and what to do, and without a stack', {
  timeout: 20_000,
}, async () => {
  const { code, log } = await stopped(`
    const { ReplicationError } = await import('${RUNTIME}errors.ts');
    throw new ReplicationError('SETTING_INVALID', 'LUTRA_SITE is not set', 'set it');`);
  assert.equal(code, 1);
  assert.match(log, /"code":"SETTING_INVALID","remedy":"set it","msg":"LUTRA_SITE is not set"/);
  assert.doesNotMatch(log, /stack/);
});
