import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from 'mysql2/promise';
import { Flow } from '../support/flow.ts';
import { assertSameStructure, structureOf } from '../support/structure.ts';

/** Only the table itself is mapped, by its name. */
function open(): Promise<Flow> {
  return Flow.open({
    tables: { t: 'id INT PRIMARY KEY, v VARCHAR(20)' },
    mappings: ({ from, to }) => [{ from: `${from}.t`, to: `${to}.t` }],
  });
}

async function run(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await connection.query(sql);
}

async function assertMigrated(flow: Flow, shadows: readonly string[]): Promise<void> {
  await flow.assertEqual();
  await assertSameStructure(flow, 't');
  assert.ok((await structureOf(flow, 'to', 't')).columns.length === 3);
  for (const table of shadows) assert.equal((await structureOf(flow, 'to', table)).columns.length, 0, table);
}

test('regression 12: what gh-ost does to a table that is mapped by its name ends equal, cut-over and all', async () => {
  await using flow = await open();
  const source = await flow.connect('from');
  const cutOver = await flow.connect('from');
  try {
    await run(source, [
      "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
      'CREATE TABLE _t_ghc (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, hint VARCHAR(64) NOT NULL, value VARCHAR(4096) NOT NULL, UNIQUE KEY hint_uidx (hint)) AUTO_INCREMENT = 256',
      'CREATE TABLE _t_gho LIKE t',
      'ALTER TABLE _t_gho ADD COLUMN w INT NOT NULL DEFAULT 7, MODIFY v VARCHAR(40)',
      "INSERT INTO _t_ghc (hint, value) VALUES ('state', 'GhostTableMigrated')",
      'INSERT IGNORE INTO _t_gho (id, v) (SELECT id, v FROM t FORCE INDEX (PRIMARY) LOCK IN SHARE MODE)',
      "UPDATE t SET v = 'b2' WHERE id = 2",
      "REPLACE INTO _t_gho (id, v) VALUES (2, 'b2')",
      'DELETE FROM t WHERE id = 3',
      'DELETE FROM _t_gho WHERE id = 3',
      "CREATE TABLE _t_del (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE = InnoDB COMMENT = 'ghost-cut-over-sentry'",
      'LOCK TABLES t WRITE, _t_del WRITE',
    ]);
    const renamed = cutOver.query('RENAME TABLE t TO _t_del, _t_gho TO t');
    await run(source, ['DROP TABLE IF EXISTS _t_del', 'UNLOCK TABLES']);
    await renamed;
    await run(source, [
      "INSERT INTO t VALUES (4, 'd', 4)",
      'DROP TABLE _t_ghc',
      'DROP TABLE _t_del',
      'UPDATE t SET w = 9 WHERE id = 1',
    ]);
    await assertMigrated(flow, ['_t_ghc', '_t_gho', '_t_del']);
  } finally {
    await source.end();
    await cutOver.end();
  }
});

test('regression 12: what pt-online-schema-change does to a table that is mapped by its name ends equal', async () => {
  await using flow = await open();
  const source = await flow.connect('from');
  try {
    await run(source, [
      "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
      'CREATE TABLE _t_new LIKE t',
      'ALTER TABLE _t_new ADD COLUMN w INT NOT NULL DEFAULT 7',
      'CREATE TRIGGER pt_del AFTER DELETE ON t FOR EACH ROW DELETE IGNORE FROM _t_new WHERE _t_new.id <=> OLD.id',
      'CREATE TRIGGER pt_upd AFTER UPDATE ON t FOR EACH ROW REPLACE INTO _t_new (id, v) VALUES (NEW.id, NEW.v)',
      'CREATE TRIGGER pt_ins AFTER INSERT ON t FOR EACH ROW REPLACE INTO _t_new (id, v) VALUES (NEW.id, NEW.v)',
      'INSERT LOW_PRIORITY IGNORE INTO _t_new (id, v) SELECT id, v FROM t LOCK IN SHARE MODE',
      "UPDATE t SET v = 'b2' WHERE id = 2",
      "INSERT INTO t VALUES (4, 'd')",
      'DELETE FROM t WHERE id = 3',
      'RENAME TABLE t TO _t_old, _t_new TO t',
      'DROP TABLE IF EXISTS _t_old',
      "INSERT INTO t VALUES (5, 'e', 5)",
    ]);
    await assertMigrated(flow, ['_t_new', '_t_old']);
  } finally {
    await source.end();
  }
});
