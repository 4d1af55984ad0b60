import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, statementsOf, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { assertSameTables, outcomesOf, runAtSource } from '../support/same-tables.ts';
import { structureOf } from '../support/structure.ts';

const ORDERS = 'id INT PRIMARY KEY, v INT, old INT';
const SHARDS = [0, 1, 2, 3];

/** ord_0 … ord_3 of the source go into one table; `keep` goes its own way. */
function openMerged(partitions?: number): Promise<Flow> {
  return Flow.open({
    tables: { ...Object.fromEntries(SHARDS.map((n) => [`ord_${n}`, ORDERS])), keep: 'id INT PRIMARY KEY' },
    targetTables: { orders: ORDERS, keep: 'id INT PRIMARY KEY' },
    mappings: ({ from, to }) => [
      { from: `${from}.ord_[0-3]`, to: `${to}.orders` },
      { from: `${from}.*`, to: `${to}.*` },
    ],
    ...(partitions === undefined ? {} : { partitions }),
  });
}

const onEach = (sql: (shard: number) => string): string[] => SHARDS.map(sql);
const fill = (from: number): string[] => onEach((n) => `INSERT INTO ord_${n} (id, v) VALUES (${from + n}, ${n})`);

for (const partitions of [1, 3]) {
  test(`regression 11: the same DDL from every shard is applied once, rows between them arrive, ${partitions} partition(s)`, async () => {
    await using flow = await openMerged(partitions);
    await runAtSource(flow, [
      ...fill(10),
      ...SHARDS.flatMap((n) => [
        `ALTER TABLE ord_${n} ADD COLUMN w INT NOT NULL DEFAULT 7, ADD INDEX ix_w (w)`,
        `INSERT INTO ord_${n} (id, v, w) VALUES (${20 + n}, 1, 2)`,
        `INSERT INTO ord_${(n + 1) % 4} (id, v) VALUES (${30 + n}, 1)`,
      ]),
      ...SHARDS.flatMap((n) => [
        `ALTER TABLE ord_${n} DROP COLUMN old`,
        `INSERT INTO ord_${n} (id, v, w) VALUES (${40 + n}, 4, 4)`,
        ...(n < 3
          ? [`INSERT INTO ord_3 (id, v, old) VALUES (${50 + n}, 5, 5)`, `UPDATE ord_3 SET old = 9, v = 6 WHERE id = 13`]
          : []),
      ]),
      ...onEach((n) => `CREATE INDEX ix_v ON ord_${n} (v)`),
      ...onEach((n) => `ALTER TABLE ord_${n} RENAME COLUMN v TO amount, MODIFY w BIGINT NOT NULL DEFAULT 7`),
      ...onEach((n) => `DROP INDEX ix_w ON ord_${n}`),
      ...onEach((n) => `INSERT INTO ord_${n} (id, amount, w) VALUES (${60 + n}, 6, ${n})`),
    ]);
    await flow.until('every statement settled', ({ loader }) => (loader?.ddl?.applied ?? 0) >= 20, 60_000);
    await runAtSource(flow, ['INSERT INTO keep VALUES (1)']);
    await flow.settle();
    assert.deepEqual(await outcomesOf(flow), [
      ...Array(8).fill('ALTER TABLE applied'),
      ...Array(4).fill('CREATE INDEX applied'),
      ...Array(4).fill('ALTER TABLE applied'),
      ...Array(4).fill('DROP INDEX applied'),
    ]);
    const executed = (await statementsOf(flow)).filter(({ reason }) => reason?.message === 'executed');
    assert.equal(executed.length, 5, 'statements that were executed');
    const shards = SHARDS.map((n) => `SELECT * FROM ord_${n}`).join(' UNION ALL ');
    const expected = await flow.atSource(`${shards} ORDER BY id`);
    assert.deepEqual(await flow.atTarget('SELECT * FROM orders ORDER BY id'), expected);
    assert.deepEqual(await structureOf(flow, 'to', 'orders'), await structureOf(flow, 'from', 'ord_2'));
  });
}

test('regression 11: CREATE TABLE IF NOT EXISTS of every shard makes the merged table once', async () => {
  await using flow = await Flow.open({
    tables: {},
    mappings: ({ from, to }) => [{ from: `${from}.ord_[0-3]`, to: `${to}.orders` }],
  });
  await runAtSource(flow, [
    ...onEach((n) => `CREATE TABLE IF NOT EXISTS ord_${n} (${ORDERS})`),
    ...onEach((n) => `CREATE TABLE ord_${n + 4} LIKE ord_0`),
    ...fill(1),
    'CREATE TABLE IF NOT EXISTS ord_0 (id INT PRIMARY KEY)',
  ]);
  await flow.settle();
  assert.deepEqual(await structureOf(flow, 'to', 'orders'), await structureOf(flow, 'from', 'ord_0'));
  assert.deepEqual(
    (await flow.atTarget('SELECT id FROM orders ORDER BY id')).map(({ id }) => id),
    [1, 2, 3, 4],
  );
});

for (const sql of [
  'TRUNCATE TABLE ord_1',
  'DROP TABLE ord_1',
  'RENAME TABLE ord_1 TO old_1',
  'ALTER TABLE ord_1 RENAME TO old_1',
])
  test(`regression 11: ${sql} of a merged table is held, rows of the others wait in their order and flow when it is skipped`, async () => {
    await using flow = await openMerged();
    await runAtSource(flow, [
      ...fill(10),
      sql,
      'INSERT INTO ord_2 (id, v) VALUES (22, 1)',
      'UPDATE ord_2 SET v = 2 WHERE id = 22',
      'ALTER TABLE ord_2 ADD z INT',
      'INSERT INTO ord_2 (id, v, z) VALUES (23, 3, 3)',
      'INSERT INTO keep VALUES (5)',
    ]);
    const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
    assert.deepEqual([held.reason?.code, held.tables[0]], ['DDL_OF_ONE_SHARD', `${flow.route.to.schema}.orders`]);
    await assertSameTables(flow, 'keep');
    assert.equal((await flow.atTarget('SELECT * FROM orders')).length, 4);
    await flow.atTarget('DELETE FROM orders WHERE id = 11');
    assert.equal(await decide(flow, held, { action: 'skip' }), 202);
    await untilStatement(
      flow,
      'the ALTER behind it',
      ({ words, state }) => words === 'ALTER TABLE' && state === 'applied',
    );
    await flow.settle();
    assert.deepEqual(await flow.atTarget('SELECT id, v, z FROM orders ORDER BY id'), [
      { id: 10, v: 0, z: null },
      { id: 12, v: 2, z: null },
      { id: 13, v: 3, z: null },
      { id: 22, v: 2, z: null },
      { id: 23, v: 3, z: 3 },
    ]);
  });

test('regression 11: TRUNCATE PARTITION of one shard is held too', async () => {
  const parted =
    'id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE';
  await using flow = await Flow.open({
    tables: { ord_0: parted, ord_1: parted },
    targetTables: { orders: parted },
    mappings: ({ from, to }) => [{ from: `${from}.ord_[0-3]`, to: `${to}.orders` }],
  });
  await runAtSource(flow, [
    'INSERT INTO ord_0 VALUES (1)',
    'INSERT INTO ord_1 VALUES (2)',
    'ALTER TABLE ord_0 TRUNCATE PARTITION p0',
  ]);
  const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
  assert.equal(held.reason?.code, 'DDL_OF_ONE_SHARD');
  assert.equal((await flow.atTarget('SELECT * FROM orders')).length, 2);
});

test('regression 11: shards that go to shards by index keep TRUNCATE, DROP and ALTER to their own', async () => {
  await using flow = await Flow.open({
    tables: { ord_0: ORDERS, ord_1: ORDERS, ord_2: ORDERS },
    targetTables: { ord_16: ORDERS, ord_17: ORDERS, ord_18: ORDERS },
    mappings: ({ from, to }) => [{ from: `${from}.ord_[0-15]`, to: `${to}.ord_[16-31]` }],
  });
  await runAtSource(flow, [
    ...[0, 1, 2].map((n) => `INSERT INTO ord_${n} VALUES (1, 1, 1)`),
    'TRUNCATE TABLE ord_0',
    'ALTER TABLE ord_1 ADD w INT',
    'INSERT INTO ord_1 VALUES (2, 2, 2, 2)',
    'RENAME TABLE ord_2 TO ord_5',
    'INSERT INTO ord_5 VALUES (2, 2, 2)',
    `CREATE TABLE ord_2 (${ORDERS})`,
    'DROP TABLE ord_2',
  ]);
  await assertSameTables(flow, { ord_0: 'ord_16', ord_1: 'ord_17', ord_5: 'ord_21' });
  assert.deepEqual((await structureOf(flow, 'to', 'ord_18')).columns, []);
});
