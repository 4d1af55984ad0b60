import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, statementsOf, untilStatement } from '../support/ddl-desk.ts';
import { Flow } from '../support/flow.ts';
import { resetOffsets } from '../support/kafka-groups.ts';
import { PAIRS } from '../support/pairs.ts';
import { assertSameTables, runAtSource } from '../support/same-tables.ts';

/** What both servers know. */
const COMMON = [
  `CREATE TABLE g (id INT PRIMARY KEY, a INT, b INT GENERATED ALWAYS AS (a * 2) STORED, c VARCHAR(50) AS (concat('x', a)) VIRTUAL,
    secret INT DEFAULT 7 INVISIBLE, e DATE DEFAULT (CURRENT_DATE), CONSTRAINT pos CHECK (a > 0))`,
  'INSERT INTO g (id, a, secret) VALUES (1, 5, 9), (2, 6, DEFAULT)',
  'ALTER TABLE g ADD COLUMN d INT AS (a + 1) VIRTUAL, ADD h DECIMAL(8,2) DEFAULT (1.5 * 2)',
  'INSERT INTO g (id, a) VALUES (3, 7)',
  'UPDATE g SET a = 9, secret = 3 WHERE id = 1',
  'ALTER TABLE g ADD z INT, ALGORITHM=INSTANT',
  'INSERT INTO g (id, a, z) VALUES (4, 8, 8)',
  'ALTER TABLE g RENAME COLUMN z TO y, RENAME COLUMN h TO z',
  'INSERT INTO g (id, a, y, z) VALUES (5, 8, 8, 1)',
  'ALTER TABLE g DROP CONSTRAINT pos, ADD CONSTRAINT neg CHECK (a < 1000)',
  'INSERT INTO g (id, a) VALUES (6, -1)',
  "ALTER TABLE g DROP COLUMN d, MODIFY c VARCHAR(60) AS (concat(a, 'y')) VIRTUAL, ADD KEY byb (b)",
  'DELETE FROM g WHERE id = 2',
  `CREATE TABLE p (id INT NOT NULL, d DATE NOT NULL, v INT, PRIMARY KEY (id, d)) PARTITION BY RANGE (YEAR(d))
    (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN (2021), PARTITION p2 VALUES LESS THAN (2022))`,
  "INSERT INTO p VALUES (1, '2019-01-01', 1), (2, '2020-01-01', 2), (3, '2021-01-01', 3)",
  'ALTER TABLE p ADD PARTITION (PARTITION pmax VALUES LESS THAN MAXVALUE)',
  "INSERT INTO p VALUES (4, '2030-01-01', 4)",
  'ALTER TABLE p REORGANIZE PARTITION pmax INTO (PARTITION p3 VALUES LESS THAN (2031), PARTITION pmax VALUES LESS THAN MAXVALUE)',
  'ALTER TABLE p TRUNCATE PARTITION p1',
  "INSERT INTO p VALUES (5, '2020-05-05', 5)",
  'ALTER TABLE p DROP PARTITION p0',
  'CREATE TABLE x (id INT NOT NULL, d DATE NOT NULL, v INT, PRIMARY KEY (id, d))',
  "INSERT INTO x VALUES (6, '2020-06-06', 6)",
  'ALTER TABLE p EXCHANGE PARTITION p1 WITH TABLE x',
  'UPDATE p SET v = 7 WHERE id = 6',
  'UPDATE x SET v = 8 WHERE id = 5',
  'CREATE TABLE h (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 3',
  'INSERT INTO h VALUES (1, 1), (2, 2), (3, 3)',
  'ALTER TABLE h ADD PARTITION PARTITIONS 2',
  'ALTER TABLE h COALESCE PARTITION 1',
  'INSERT INTO h VALUES (4, 4)',
  'ALTER TABLE h REMOVE PARTITIONING',
  'CREATE TABLE s (id INT PRIMARY KEY, a INT, b INT)',
  'INSERT INTO s VALUES (1, 1, 2)',
  'ALTER TABLE s RENAME COLUMN a TO b, RENAME COLUMN b TO a',
  'INSERT INTO s (id, a, b) VALUES (2, 3, 4)',
];

const COLUMNS = { g: '*, secret', p: '*', x: '*', h: '*', s: 'id, a, b' };

const PARTITIONS = `SELECT TABLE_NAME AS t, PARTITION_NAME AS name, PARTITION_METHOD AS method, PARTITION_DESCRIPTION AS description FROM information_schema.PARTITIONS
  WHERE TABLE_SCHEMA = DATABASE() AND PARTITION_NAME IS NOT NULL ORDER BY t, PARTITION_ORDINAL_POSITION`;

for (const { source, target, names } of PAIRS) {
  test(`regression 9: generated, invisible, checked, partitioned and renamed columns and tables go through their DDL, ${names}`, async () => {
    await using flow = await Flow.open({ source, target, tables: {} });
    await runAtSource(flow, COMMON);
    await flow.settle();
    const open = (await statementsOf(flow)).filter(({ state }) => state !== 'applied');
    assert.deepEqual(
      open.map(({ sql, reason }) => [sql, reason?.message]),
      [],
    );
    for (const [table, columns] of Object.entries(COLUMNS)) {
      const ask = `SELECT ${columns} FROM ${table} ORDER BY id`;
      assert.deepEqual(await flow.atTarget(ask), await flow.atSource(ask), table);
    }
    if (source === 'order' && target === 'otter') await assertSameTables(flow, 'g', 'p', 'x', 'h', 's');
    assert.deepEqual(await flow.atTarget(PARTITIONS), await flow.atSource(PARTITIONS));
  });
}

for (const [sql, what, source] of [
  ['CREATE TABLE t2 (id INT PRIMARY KEY, v VECTOR(3))', /MariaDB does not know the type VECTOR/, 'order'],
  ['ALTER TABLE t ADD INDEX ex ((v + 1))', /MariaDB does not know an index on an expression/, 'order'],
  ['CREATE TABLE t2 (id UUID PRIMARY KEY)', /MySQL does not know the type UUID/, 'user'],
  ['CREATE TABLE t3 (id INT PRIMARY KEY) WITH SYSTEM VERSIONING', /MySQL does not know system versioning/, 'user'],
] as const) {
  test(`regression 9: what the target does not know is held by name: ${sql}`, async () => {
    const tables = { t: 'id INT PRIMARY KEY, v INT', other: 'id INT PRIMARY KEY' };
    await using flow = await Flow.open({ source, target: source === 'order' ? 'user' : 'otter', tables });
    await runAtSource(flow, [sql, 'INSERT INTO other VALUES (1)']);
    const held = await untilStatement(flow, 'a held statement', ({ state }) => state === 'held');
    assert.equal(held.reason?.code, 'DDL_UNMAPPABLE');
    assert.match(held.reason?.message ?? '', what);
    await flow.settle();
    assert.deepEqual(await flow.atTarget('SELECT id FROM other'), [{ id: 1 }]);
    assert.equal(await decide(flow, held, { action: 'skip' }), 202);
    await untilStatement(flow, 'skipped', ({ id, state }) => id === held.id && state === 'skipped');
  });
}

test('regressions 9, 20: a replay over TRUNCATE PARTITION ends equal', async () => {
  const body =
    'id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE';
  await using flow = await Flow.open({ tables: { p: body } });
  await runAtSource(flow, [
    'INSERT INTO p VALUES (1, 1), (200, 2)',
    'ALTER TABLE p TRUNCATE PARTITION p0',
    'INSERT INTO p VALUES (3, 3)',
    'UPDATE p SET v = 9 WHERE id = 200',
  ]);
  await flow.assertEqual();
  await flow.pause();
  await resetOffsets(flow, '--to-earliest');
  await flow.start();
  await flow.assertEqual();
});
