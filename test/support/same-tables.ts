import assert from 'node:assert/strict';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { statementsOf } from './ddl-desk.ts';
import type { Flow } from './flow.ts';
import { assertSameStructure } from './structure.ts';

/** Settles, then asserts that these tables of the source are at the target with the same columns, indexes and rows. `{name: other}` when the target calls it otherwise. */
export async function assertSameTables(
  flow: Flow,
  ...tables: readonly (string | Record<string, string>)[]
): Promise<void> {
  await flow.settle();
  const { from, to } = flow.route;
  for (const pair of tables.flatMap((each) => (typeof each === 'string' ? [[each, each]] : Object.entries(each)))) {
    const [table = '', targetTable = ''] = pair;
    await assertSameStructure(flow, table, targetTable);
    const found = await compareTables({ source: { ...from, table }, target: { ...to, table: targetTable } });
    assert.deepEqual(found.examples.map(differenceLine), [], `${table} differs after ${found.rows} rows`);
  }
}

/** Runs statements one after the other in one session of the source. */
export async function runAtSource(flow: Flow, statements: readonly string[]): Promise<void> {
  const connection = await flow.connect('from');
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** What became of the statements of a flow, in source order: `CREATE TABLE applied`, `RENAME TABLE held DDL_UNMAPPABLE`. */
export async function outcomesOf(flow: Flow): Promise<string[]> {
  const entries = (await statementsOf(flow)).toReversed();
  return entries.map(({ words, state, reason }) => `${words} ${state}${state === 'applied' ? '' : ` ${reason?.code}`}`);
}
