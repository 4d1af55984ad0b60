import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { matrixText } from '../../../services/admin-api/cli/commands/diagnose.ts';
import { sorted, topText } from '../../../services/admin-api/cli/commands/top.ts';
import { candidates } from '../../../services/admin-api/cli/complete.ts';
import { createProgram } from '../../../services/admin-api/cli/program.ts';
import { allCommands, helpOf, pathOf, referenceText } from '../../../services/admin-api/cli/reference.ts';
import { readTime } from '../../../services/admin-api/cli/time-text.ts';

const nobody = (): never => {
  throw new Error('nobody is there to be asked');
};

test('docs/cli.md is what the program says of itself', () => {
  const kept = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  assert.equal(kept, referenceText(createProgram()), 'make it anew: node scripts/cli-reference.ts');
});

test('every command explains itself, and every one that answers does so in each form', () => {
  const commands = allCommands(createProgram());
  assert.ok(commands.length > 60, String(commands.length));
  for (const command of commands) {
    assert.ok(command.description().length > 10, pathOf(command));
    assert.match(helpOf(command), /^Usage: lutra /, pathOf(command));
    const output = command.options.find(({ long }) => long === '--output');
    if (output !== undefined && command.name() !== 'whoami')
      assert.deepEqual(output.argChoices, ['table', 'json', 'yaml', 'name'], pathOf(command));
  }
});

test('completion knows commands, options and choices, and is silent where nothing can be asked', async () => {
  const at = (...words: string[]) => candidates(createProgram(), nobody, words);
  assert.deepEqual(await at('desc'), ['describe']);
  assert.ok((await at('get', '')).includes('quarantine'));
  assert.deepEqual(await at('logs', '--level', 'e'), ['error']);
  assert.ok((await at('apply', '-')).includes('--wait'));
  assert.deepEqual(await at('completion', ''), ['bash', 'fish', 'zsh']);
  assert.deepEqual(await at('start', ''), []);
  assert.deepEqual(await at('apply', '-f', ''), []);
});

test('top puts first what lags most and counts what the screen has no room for', () => {
  const pipeline = { name: 'p', from: 'a', to: 'b', source: 's', rowsPerSecond: 2, state: 'running' as const };
  const items = Array.from({ length: 30 }, (_, at) => ({ ...pipeline, channel: `c${at}`, lagMs: at }));
  const first = sorted(items, 'lag');
  assert.equal(first[0]?.channel, 'c29');
  const text = topText(first, 15);
  assert.match(text, /^30 pipelines, 30 running, 60 rows\/s/);
  assert.match(text, /and 20 more; see --filter$/);
});

test('the matrix names what is broken, why, and what to do', () => {
  const link = { from: 'loader-1', kind: 'database' as const, checkedAt: 1 };
  const text = matrixText({
    nodes: [{ id: 'loader-1', role: 'loader', site: 'us' }],
    links: [
      { ...link, to: 'database:us.a', ok: true, latencyMs: 3 },
      { ...link, to: 'database:us.b', ok: false, code: 'X', message: 'it refuses', remedy: 'grant it' },
    ],
  });
  assert.match(text, /FROM +SITE +DATABASE\nloader-1 +us +1 of 2 broken/);
  assert.match(text, /loader-1 -> database:us\.b broken: it refuses \[X\]\n {2}remedy: grant it/);
});

test('times are ISO 8601 or how long ago; anything else is wrong usage', () => {
  assert.equal(readTime('2026-11-21T09:00:00Z', '--from'), Date.UTC(2026, 10, 21, 9));
  assert.ok(Math.abs(readTime('15m', '--from') - (Date.now() - 900_000)) < 1000);
  assert.throws(() => readTime('yesterday', '--from'), /--from yesterday: write a time/);
});
