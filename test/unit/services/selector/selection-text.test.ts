import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DesiredSource,
  parseSelection,
  selectionText,
  type TableChoice,
} from '../../../../services/selector/desired-sources.ts';

function textOf(tables: readonly TableChoice[]): string {
  return selectionText({ tables } as DesiredSource);
}

const CHOICES: TableChoice[] = [
  { from: { schema: 'a', table: '*' } },
  { from: { schema: 'a b', table: 'x] [y"z' }, only: ['t 1', { schema: 's s', table: 't' }] },
  { from: { schema: '/^q .*/', table: 'ord_[0-15]' }, exclude: [{ schema: 'a', table: 'b c' }] },
  { from: { schema: '中', table: '{"x"}' }, only: ['{', '[1]'], exclude: [] },
];

test('the text of a choice of tables can be read back, whatever the names hold', () => {
  for (let n = 0; n <= CHOICES.length; n++) {
    const text = textOf(CHOICES.slice(0, n));
    assert.equal(textOf(parseSelection(text) ?? []), text);
  }
});

test('what is no such text is not guessed', () => {
  for (const text of ['x', '[1]', '["a"]', '["a","b"] [']) assert.equal(parseSelection(text), undefined, text);
});
