import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mapping } from '../../../shared/model/channel.ts';
import { mergeWarning } from '../../../shared/mysql/mapped-facts.ts';
import type { ColumnFacts, TableFacts } from '../../../shared/mysql/table-facts.ts';
import { checkTargetTable } from '../../../shared/mysql/target-tables.ts';

function table(name: string, columns: readonly string[], key: readonly string[] = ['id']): TableFacts {
  const facts = (column: string): ColumnFacts => ({
    name: column,
    dataType: 'int',
    columnType: 'int',
    charset: undefined,
    isNullable: false,
    isGenerated: false,
    hasDefault: false,
    length: undefined,
    precision: 10,
    scale: 0,
    fraction: undefined,
  });
  const made = { schema: 's', table: name, kind: 'table' as const, engine: 'InnoDB', columns: columns.map(facts) };
  return { ...made, primaryKey: key, triggers: [], blindTriggers: [], cascades: [] };
}

const MAPPING: Mapping = { from: { schema: 's', table: '*' }, to: { schema: 't', table: '*' } };

function codes(source: TableFacts, rules: Partial<Mapping>, found: TableFacts): string[] {
  const mapping = { ...MAPPING, ...rules };
  return checkTargetTable({ target: found, source, mapping }, found, 'db').map(({ code }) => code);
}

test('the check compares what the mapping lets through, renames and computes', () => {
  const source = table('orders', ['id', 'a', 'b']);
  const rules = { columns: { exclude: ['b'], rename: { id: 'order_id' }, set: { site: '1' } } };
  assert.deepEqual(codes(source, rules, table('orders', ['order_id', 'a', 'site'], ['order_id'])), []);
  assert.deepEqual(codes(source, rules, table('orders', ['order_id', 'a', 'site'], ['site', 'order_id'])), []);
  assert.deepEqual(codes(source, rules, table('orders', ['order_id', 'a'], ['order_id'])), ['TARGET_COLUMN_MISSING']);
  assert.deepEqual(codes(source, rules, table('orders', ['order_id', 'a', 'site', 'z'], ['order_id'])), [
    'TARGET_COLUMN_WITHOUT_DEFAULT',
  ]);
  const logical = { delete: { mark: 'gone', value: 1, alive: 0 } };
  assert.deepEqual(codes(source, logical, table('orders', ['id', 'a', 'b'])), ['TARGET_COLUMN_MISSING']);
  assert.deepEqual(codes(source, logical, table('orders', ['id', 'a', 'b', 'gone'])), []);
});

test('names that the table does not have are told', () => {
  const source = table('orders', ['id', 'a']);
  assert.deepEqual(codes(source, { where: 'row.x > 1' }, source), ['EXPRESSION_COLUMN_UNKNOWN']);
  assert.deepEqual(codes(source, { columns: { exclude: ['x'] } }, source), ['MAPPING_COLUMN_UNKNOWN']);
});

test('regression 11: merged shards whose keys may collide are told, with the column that tells them apart', () => {
  const shards = ['ord_0', 'ord_1'].map((name) => table(name, ['id']));
  const target = { schema: 't', table: 'ord' };
  const [warning] = mergeWarning(target, shards, table('ord', ['id']), MAPPING);
  assert.equal(warning?.code, 'MERGED_KEYS_MAY_COLLIDE');
  assert.match(warning?.message ?? '', /2 tables of the source \(s\.ord_0, s\.ord_1\) are merged into t\.ord/);
  const apart = { ...MAPPING, columns: { set: { shard: 'source.table' } } };
  assert.deepEqual(mergeWarning(target, shards, table('ord', ['shard', 'id'], ['shard', 'id']), apart), []);
  assert.deepEqual(mergeWarning(target, shards.slice(1), table('ord', ['id']), MAPPING), []);
});
