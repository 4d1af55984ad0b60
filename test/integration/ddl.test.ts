import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { assertSameStructure, structureOf } from '../support/structure.ts';

const USERS = `uid INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40), mobile VARCHAR(20), email VARCHAR(40),
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP`;

/** The list of B5, back to back. */
const CHANGES = [
  "INSERT INTO users (name, mobile, email) VALUES ('刘先生', '13900000000', 'l@example.com')",
  'ALTER TABLE users CHANGE mobile mobile1 VARCHAR(20)',
  'ALTER TABLE users CHANGE email email1 VARCHAR(40)',
  "ALTER TABLE users ADD birthday DATE NOT NULL DEFAULT '1900-01-01' AFTER mobile1",
  'ALTER TABLE users CHANGE birthday birthday VARCHAR(10)',
  "INSERT INTO users (name, mobile1, birthday, email1) VALUES ('b', '1', '1999-12-31', 'b@example.com')",
  'ALTER TABLE users ADD INDEX ix_created (created_at)',
  'ALTER TABLE users DROP COLUMN birthday',
  'ALTER TABLE users DROP INDEX ix_created',
  "INSERT INTO users (name, mobile1, email1) VALUES ('c', '2', 'c@example.com')",
];

async function runAll(flow: Flow, statements: readonly string[]): Promise<void> {
  const connection = await flow.connect('from');
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

for (const source of ['order', 'user'] as const) {
  for (const target of ['otter', 'user'] as const) {
    if (source === target) continue;
    const ways = `${source === 'user' ? 'MariaDB' : 'MySQL'} to ${target === 'user' ? 'MariaDB' : 'MySQL'}`;

    test(`B4: TRUNCATE of a mapped table empties the target and is one statement, ${ways}`, async () => {
      await using flow = await Flow.open({ source, target, tables: { t: 'id INT PRIMARY KEY, v INT' } });
      await runAll(flow, ['INSERT INTO t VALUES (1, 1), (2, 2)', 'TRUNCATE TABLE t', 'INSERT INTO t VALUES (3, 3)']);
      await flow.assertEqual();
      assert.deepEqual(await flow.atTarget('SELECT id FROM t'), [{ id: 3 }]);
      const { loader } = await flow.until('one statement applied', (status) => status.loader?.ddl?.applied === 1);
      assert.equal(loader?.ddl?.held.length, 0);
    });

    test(`B5: a list of ALTERs with rows in between leaves structure and data equal, ${ways}`, async () => {
      await using flow = await Flow.open({ source, target, tables: { users: USERS } });
      await runAll(flow, CHANGES);
      await flow.assertEqual();
      if (ways !== 'MariaDB to MySQL' && ways !== 'MySQL to MariaDB') await assertSameStructure(flow, 'users');
    });
  }
}

test('B6: the same list while the channel is paused gives the same result when it starts', async () => {
  await using flow = await Flow.open({ tables: { users: USERS } });
  await flow.pause();
  await runAll(flow, CHANGES);
  await flow.start();
  await flow.assertEqual();
  await assertSameStructure(flow, 'users');
});

test('B7: CREATE TABLE without a key and DROP TABLE reach the target', async () => {
  await using flow = await Flow.open({ tables: {} });
  await runAll(flow, ['CREATE TABLE test (a INT, b VARCHAR(10))', "INSERT INTO test VALUES (1, 'x'), (1, 'x')"]);
  await flow.settle();
  assert.deepEqual(await flow.atTarget('SELECT * FROM test'), [
    { a: 1, b: 'x' },
    { a: 1, b: 'x' },
  ]);
  await assertSameStructure(flow, 'test');
  await runAll(flow, ['DROP TABLE test']);
  await flow.settle();
  assert.equal((await structureOf(flow, 'to', 'test')).columns.length, 0);
});

test('B14: GRANT, CREATE USER, VIEW, TRIGGER and PROCEDURE are not applied, and stand in the ledger as skipped', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT PRIMARY KEY' } });
  const user = `u_${flow.word}`;
  await runAll(flow, [
    `CREATE USER ${user}@'localhost' IDENTIFIED BY 'x'`,
    `GRANT SELECT ON ${flow.route.from.schema}.* TO ${user}@'localhost'`,
    'CREATE VIEW v AS SELECT id FROM t',
    'CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id',
    'CREATE PROCEDURE p() SELECT 1',
    `DROP USER ${user}@'localhost'`,
    'INSERT INTO t VALUES (1)',
  ]);
  await flow.assertEqual();
  const rows = await flow.atTarget('SELECT words, state FROM lutra.ddl WHERE channel = ? ORDER BY transaction', [
    flow.name,
  ]);
  assert.deepEqual(
    rows.map(({ words, state }) => [words, state]),
    ['CREATE USER', 'GRANT', 'CREATE VIEW', 'CREATE TRIGGER', 'CREATE PROCEDURE', 'DROP USER'].map((words) => [
      words,
      'skipped',
    ]),
  );
  assert.deepEqual(await flow.atTarget("SHOW FULL TABLES WHERE Table_type = 'VIEW'"), []);
});
