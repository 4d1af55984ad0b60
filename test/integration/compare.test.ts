import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTables, type TablePair } from '../../demo/compare.ts';
import { Flow } from '../support/flow.ts';

const TABLES = {
  n: 'id INT NOT NULL PRIMARY KEY, v VARCHAR(20), d DECIMAL(10,2)',
  words: 'w VARCHAR(20) NOT NULL PRIMARY KEY, v INT',
  heap: 'a INT NULL, b VARCHAR(20) NULL',
};

function pairOf({ route: { from, to } }: Flow, table: string): TablePair {
  return { source: { ...from, table }, target: { ...to, table } };
}

test('the comparison names every cell that differs and every row that one side lacks', async () => {
  await using flow = await Flow.prepare({ tables: TABLES, target: 'user' });
  await flow.atSource("INSERT INTO n VALUES (1, 'a', 1), (2, 'b', 2), (10, NULL, NULL), (11, '', 0.1)");
  await flow.atTarget("INSERT INTO n VALUES (1, 'a ', 1), (9, 'x', 9), (10, '', 0), (11, '', 0.1)");
  const { rows, differences, examples } = await compareTables(pairOf(flow, 'n'));
  assert.deepEqual(
    examples.map(({ key, column, source, target }) => [key, column, source, target]),
    [
      ['id="1"', 'v', '"a"', '"a "'],
      ['id="2"', '(row)', 'there', 'missing'],
      ['id="9"', '(row)', 'missing', 'there'],
      ['id="10"', 'v', 'NULL', '""'],
      ['id="10"', 'd', 'NULL', '"0.00"'],
    ],
  );
  assert.deepEqual([rows, differences], [4, 5]);
});

test('the comparison follows keys of text whatever the collations of the two servers', async () => {
  await using flow = await Flow.prepare({ tables: TABLES, target: 'user' });
  const words = ['b', 'A', 'ö', 'Z', '中', 'ß', '_', '1', '10', '9', 'É', '😀'];
  for (const at of [flow.atSource.bind(flow), flow.atTarget.bind(flow)]) {
    await at('INSERT INTO words VALUES ?', [words.map((word, n) => [word, n])]);
  }
  assert.deepEqual(await compareTables(pairOf(flow, 'words')), { rows: words.length, differences: 0, examples: [] });
});

test('the comparison counts equal rows of a table without a key', async () => {
  await using flow = await Flow.prepare({ tables: TABLES });
  await flow.atSource("INSERT INTO heap VALUES (1, 'x'), (1, 'x'), (NULL, NULL)");
  await flow.atTarget("INSERT INTO heap VALUES (NULL, NULL), (1, 'x')");
  const { rows, differences } = await compareTables(pairOf(flow, 'heap'));
  assert.deepEqual([rows, differences], [3, 1]);
});
