import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planLocks } from '../../../../../services/loader/quarantine/lock-plan.ts';
import type { RowLink } from '../../../../../services/loader/quarantine/row-links.ts';
import type { TablePlan } from '../../../../../shared/rows/table-plan.ts';

type Shape = { key?: string[]; unique?: string[][]; columns?: string[]; rowErrors?: TablePlan['rowErrors'] };

/** The part of a plan that locks are made of. */
function plan(table: string, { key = [], unique = [], columns = ['id', 'a', 'b'], rowErrors = 'quarantine' }: Shape) {
  return {
    key,
    rowErrors,
    source: { columns: columns.map((name) => ({ name })) },
    target: {
      ...{ schema: 's', table, primaryKey: key },
      uniqueKeys: unique.map((names) => ({ columns: names, namesRows: true })),
    },
  } as unknown as TablePlan;
}

const link = (child: string, columns: string[], parent: string, parentColumns: string[]): RowLink => ({
  ...{ child: { schema: 's', table: child }, parent: { schema: 's', table: parent } },
  ...{ columns, parentColumns },
});
const NOTHING = { foreignKeys: [], cutColumns: new Set<string>() };
const ids = (locks: readonly { id: string }[]): string[] => locks.map(({ id }) => id);

test('primary and unique keys are locks, each once, whatever the order of their columns', () => {
  const { own } = planLocks(plan('t', { key: ['id', 'a'], unique: [['a', 'id'], ['b']] }), NOTHING);
  assert.deepEqual(
    own.map(({ id, columns }) => [id, columns]),
    [
      ['s.t a,id', ['a', 'id']],
      ['s.t b', ['b']],
    ],
  );
});

test('a child names the values of its parent as the parent does', () => {
  const foreignKeys = [link('c', ['p2', 'p1'], 'p', ['y', 'x'])];
  const child = planLocks(plan('c', { key: ['id'], columns: ['id', 'p1', 'p2'] }), { ...NOTHING, foreignKeys });
  const parent = planLocks(plan('p', { key: ['x', 'y'], columns: ['x', 'y'] }), { ...NOTHING, foreignKeys });
  assert.deepEqual(ids(child.parents), ids(parent.referenced));
  assert.deepEqual(child.parents[0]?.columns, ['p1', 'p2']);
  assert.equal(child.parents[0]?.table, 's.p');
  assert.deepEqual(child.referenced, []);
});

test('a column that the record lacks, or of which a key holds a part, is left out, so that more rows wait', () => {
  const { own } = planLocks(plan('t', { key: ['id'], unique: [['a', 'gone'], ['b']] }), {
    foreignKeys: [],
    cutColumns: new Set(['b']),
  });
  assert.deepEqual(
    own.map(({ columns }) => columns),
    [['id'], ['a'], []],
  );
});

test('B9: without a key, and under pause-table, the whole table is one lock', () => {
  assert.deepEqual(ids(planLocks(plan('t', {}), NOTHING).own), ['s.t *']);
  const paused = planLocks(plan('t', { key: ['id'], rowErrors: 'pause-table' }), NOTHING);
  assert.deepEqual(ids(paused.own), ['s.t id', 's.t *']);
});

test('a row that refers to its own table has locks of both sides', () => {
  const foreignKeys = [link('t', ['a'], 't', ['id'])];
  const { own, referenced, parents } = planLocks(plan('t', { key: ['id'] }), { ...NOTHING, foreignKeys });
  assert.deepEqual([ids(own), ids(referenced), ids(parents)], [['s.t id'], ['s.t id'], ['s.t id']]);
  assert.deepEqual(parents[0]?.columns, ['a']);
});
