import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipelineStateSchema } from '../../../shared/model/status.ts';
import { ERROR_CODES } from '../../../shared/runtime/errors.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');
const firstCells = page.split('\n').flatMap((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? []);
const sources = globSync('{services,shared}/**/*.ts', { cwd: ROOT }).map((file) =>
  readFileSync(join(ROOT, file), 'utf8'),
);

test('every state and every error code has its line in docs/operations.md, with what to do', () => {
  const isTold = (word: string): boolean => firstCells.some((cell) => cell.includes(`\`${word}\``));
  const words = [...pipelineStateSchema.options, 'lost', ...ERROR_CODES];
  assert.deepEqual(
    words.filter((word) => !isTold(word)),
    [],
  );
});

test('every reason that selector and loader give beside the errors is told there', () => {
  const reasons = ['loader', 'selector'].flatMap((service) =>
    globSync(`services/${service}/**/*.ts`, { cwd: ROOT }).flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bcode: '([A-Z]+_[A-Z_]+)'/g)].map(([, code = '']) => code),
    ),
  );
  assert.ok(reasons.length > 5);
  assert.deepEqual(
    [...new Set(reasons)].filter((code) => !page.includes(`\`${code}\``)),
    [],
  );
});

test('no line tells of a code that is gone', () => {
  const told = firstCells.flatMap((cell) => [...cell.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = '']) => code));
  const gone = told.filter((code) => !sources.some((text) => text.includes(code)));
  assert.deepEqual(
    gone.filter((code) => !/^(SELECTOR|LOADER)_(ABSENT|LOST)$/.test(code)),
    [],
  );
});
