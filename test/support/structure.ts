import assert from 'node:assert/strict';
import type { Flow } from './flow.ts';

const COLUMNS = `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS def, EXTRA AS extra, COLUMN_COMMENT AS comment,
    CHARACTER_SET_NAME AS charset FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`;
const INDEXES = `SELECT INDEX_NAME AS name, COLUMN_NAME AS \`column\`, NON_UNIQUE AS loose FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY INDEX_NAME, SEQ_IN_INDEX`;

type Structure = { readonly columns: unknown[]; readonly indexes: unknown[] };

/** Columns and indexes of a table; both empty when it does not exist. */
export async function structureOf(flow: Flow, side: 'from' | 'to', table: string): Promise<Structure> {
  const ask = side === 'from' ? flow.atSource.bind(flow) : flow.atTarget.bind(flow);
  return { columns: await ask(COLUMNS, [table]), indexes: await ask(INDEXES, [table]) };
}

/** Asserts that the target's table is built like the source's. Servers of one kind print alike. */
export async function assertSameStructure(flow: Flow, table: string, targetTable = table): Promise<void> {
  assert.deepEqual(await structureOf(flow, 'to', targetTable), await structureOf(flow, 'from', table));
}
