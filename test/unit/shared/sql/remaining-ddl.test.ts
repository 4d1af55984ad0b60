import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '../../../../shared/mysql/table-facts.ts';
import { parseDdl } from '../../../../shared/sql/parse-ddl.ts';
import { type Remaining, remainingDdl } from '../../../../shared/sql/remaining-ddl.ts';
import { type ColumnShape, shapeFingerprint, type TableShape } from '../../../../shared/sql/table-shape.ts';

function column(name: string, type: string, more: Partial<ColumnShape> = {}): ColumnShape {
  const plain = { default: undefined, onUpdate: false, charset: undefined, collation: undefined, comment: '' };
  return {
    name,
    type,
    nullable: true,
    ...plain,
    generated: undefined,
    invisible: false,
    autoIncrement: false,
    ...more,
  };
}

function shape(table: string, more: Partial<TableShape> = {}): TableShape {
  return {
    name: { schema: 's', table },
    engine: 'innodb',
    charset: 'utf8mb4',
    collation: 'utf8mb4_general_ci',
    comment: '',
    versioned: false,
    columns: [column('id', 'int', { nullable: false }), column('a', 'int')],
    primaryKey: ['id'],
    indexes: [{ name: 'ia', unique: false, kind: 'index', parts: ['a'], invisible: false }],
    foreignKeys: [],
    checks: [],
    partitions: [],
    ...more,
  };
}

function remaining(sql: string, ...shapes: TableShape[]): Remaining {
  return remainingDdl(parseDdl(sql, 's'), new Map(shapes.map((each) => [keyOf(each.name), each])));
}

const PARTS: readonly (readonly [sql: string, rest: string])[] = [
  ['ALTER TABLE t ADD a INT, ADD b INT', 'ALTER TABLE t ADD b INT'],
  ['ALTER TABLE t ADD (a INT, b INT, c INT), ENGINE=InnoDB', 'ALTER TABLE t ADD (b INT, c INT), ENGINE=InnoDB'],
  ['ALTER TABLE t DROP gone, DROP a, DROP KEY nothing', 'ALTER TABLE t DROP a'],
  ['ALTER TABLE t ADD KEY ia (a), ADD b INT AFTER id', 'ALTER TABLE t ADD b INT AFTER id'],
  ['ALTER TABLE t MODIFY a INT, MODIFY id BIGINT NOT NULL', 'ALTER TABLE t MODIFY id BIGINT NOT NULL'],
  ['ALTER TABLE t CHANGE old a INT, ADD c INT', 'ALTER TABLE t ADD c INT'],
  ['DROP TABLE t, missing, u', 'DROP TABLE t, u'],
];

for (const [sql, rest] of PARTS) {
  test(`what is in effect falls away: ${sql}`, () => {
    assert.deepEqual(remaining(sql, shape('t'), shape('u')), { kind: 'part', sql: rest });
  });
}

const CONFLICTS: readonly (readonly [sql: string, why: RegExp])[] = [
  ['ALTER TABLE t ADD a VARCHAR(3)', /column a is there as int/],
  ['ALTER TABLE t CHANGE x y INT', /neither column x nor y/],
  ['ALTER TABLE t RENAME COLUMN id TO a', /both exist/],
  ['ALTER TABLE t ADD KEY ia (id)', /index ia is there on \(a\)/],
  ['ALTER TABLE missing ADD a INT', /no table s\.missing/],
  ['CREATE TABLE t (id INT PRIMARY KEY, a BIGINT)', /without such a column a/],
  ['CREATE TABLE t (id INT PRIMARY KEY)', /has a column a more/],
  ['RENAME TABLE t TO u', /s\.t, s\.u exist/],
];

for (const [sql, why] of CONFLICTS) {
  test(`what is neither as before nor as after is left to a person: ${sql}`, () => {
    const found = remaining(sql, shape('t'), shape('u'));
    assert.equal(found.kind, 'all');
    assert.match(found.conflict ?? '', why);
  });
}

const UNSURE: typeof CONFLICTS = [
  ['ALTER TABLE t RENAME COLUMN id TO a, RENAME COLUMN a TO id', /swapped/],
  ['ALTER TABLE t DROP a, ADD a INT', /dropped and made again/],
];

for (const [sql, why] of UNSURE) {
  test(`what looks alike before and after is said to be unsure: ${sql}`, () => {
    const found = remaining(sql, shape('t'), shape('u'));
    assert.deepEqual([found.kind, found.conflict], ['all', undefined]);
    assert.match(found.unsure ?? '', why);
  });
}

test('what would drop and make an index again is done when the index is as it is to be', () => {
  assert.equal(remaining('ALTER TABLE t DROP KEY ia, ADD KEY ia (a)', shape('t')).kind, 'nothing');
  assert.equal(remaining('ALTER TABLE t DROP KEY ia, ADD KEY ia (id)', shape('t')).kind, 'all');
});

test('a swap of tables and a TRUNCATE are always to be done', () => {
  const swap = 'RENAME TABLE t TO x, u TO t, x TO u';
  assert.deepEqual(remaining(swap, shape('t'), shape('u')), { kind: 'all', sql: swap });
  assert.equal(remaining('TRUNCATE t', shape('t')).kind, 'all');
});

test('databases are made and dropped under a guard', () => {
  assert.equal(remaining('CREATE DATABASE d').sql, 'CREATE DATABASE IF NOT EXISTS d');
  assert.equal(remaining('DROP SCHEMA `d`').sql, 'DROP SCHEMA IF EXISTS `d`');
});

test('fingerprints are equal for equal structures only', () => {
  assert.equal(shapeFingerprint(shape('t')), shapeFingerprint(shape('u')));
  assert.notEqual(shapeFingerprint(shape('t')), shapeFingerprint(shape('t', { primaryKey: [] })));
});
