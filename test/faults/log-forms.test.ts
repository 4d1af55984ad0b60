import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { DecodedRecord } from '../support/decoded-topic.ts';
import { Flow } from '../support/flow.ts';
import { SourceReader } from '../support/source-reader.ts';

/** The types of the events that the server logs from now on, once asked. */
async function watchLog({ select }: SourceReader, server: string): Promise<() => Promise<Set<string>>> {
  const [status] = await select(server === 'order' ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS');
  return async () => {
    const events = await select(`SHOW BINLOG EVENTS IN '${status?.File}' FROM ${status?.Position}`);
    return new Set(events.map((event) => String(event.Event_type)));
  };
}

/** The forms in which a server may write the same rows into its log, and the transactions that end in unusual ways. */

const TABLE = 'CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200), n DECIMAL(10,2))';
const changes = (rows: readonly DecodedRecord[]): unknown[] => rows.map(({ op, key }) => [op, key[2]]);

test('regression 13: compressed transactions of MySQL leave like others, small ones at once and large ones piece by piece', async () => {
  await using source = await SourceReader.open('order', [TABLE]);
  const { db } = source;
  const logged = await watchLog(source, 'order');
  await db.query('SET SESSION binlog_transaction_compression = ON');
  await db.query("INSERT INTO t VALUES (1, 'é刘', 1.50), (2, REPEAT('b', 100), NULL)");
  await db.query('BEGIN');
  await db.query("UPDATE t SET v = 'c' WHERE id = 1");
  await db.query('DELETE FROM t WHERE id = 2');
  await db.query('COMMIT');
  await db.query('CREATE TABLE other (id INT PRIMARY KEY)');
  const count = 60_000;
  await db.query('SET SESSION cte_max_recursion_depth = 1000000');
  await db.query(
    `INSERT INTO t WITH RECURSIVE n AS (SELECT 10 AS id UNION ALL SELECT id + 1 FROM n WHERE id < ${count + 9}) SELECT id, SHA2(id, 512), id / 4 FROM n`,
  );
  await db.query('INSERT INTO other VALUES (1)');
  const rows = await source.rows(count + 5);
  assert.deepEqual(changes(rows.slice(0, 4)), [
    ['c', 1],
    ['c', 2],
    ['u', 1],
    ['d', 2],
  ]);
  const shown = await source.select('SELECT id, v, n FROM t ORDER BY id');
  const large = rows.slice(4, -1).map(({ after }) => after);
  assert.deepEqual(
    large.map((row) => `${row?.id} ${row?.v} ${row?.n}`),
    shown.slice(1).map((row) => `${row.id} ${row.v} ${row.n}`),
  );
  assert.equal(new Set(rows.slice(4, -1).map(({ source: { transaction } }) => transaction)).size, 1);
  assert.equal(rows.at(-1)?.key[1], 'other');
  assert.ok((await logged()).has('Transaction_payload'));
});

test('regression 13: the compressed events of MariaDB leave like others', async () => {
  await using source = await SourceReader.open('user', [TABLE]);
  const { db } = source;
  const [before] = await source.select('SELECT @@GLOBAL.log_bin_compress AS c, @@GLOBAL.log_bin_compress_min_len AS l');
  try {
    const logged = await watchLog(source, 'user');
    await db.query('SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10');
    await db.query("INSERT INTO t VALUES (1, REPEAT('a', 150), 1.50), (2, REPEAT('b', 100), NULL)");
    await db.query("UPDATE t SET v = REPEAT('刘', 99)");
    await db.query(
      `CREATE TABLE other (id INT PRIMARY KEY, ${Array.from({ length: 30 }, (_, i) => `column_${i} INT`).join(', ')})`,
    );
    await db.query('INSERT INTO other (id) VALUES (1)');
    await db.query('DELETE FROM t WHERE id = 2');
    const types = await logged();
    for (const type of [
      'Query_compressed',
      'Write_rows_compressed_v1',
      'Update_rows_compressed_v1',
      'Delete_rows_compressed_v1',
    ]) {
      assert.ok(types.has(type), `${type} among ${[...types].join(', ')}`);
    }
  } finally {
    await db.query(`SET GLOBAL log_bin_compress = ${before?.c}, GLOBAL log_bin_compress_min_len = ${before?.l}`);
  }
  const rows = await source.rows(6);
  assert.deepEqual(changes(rows), [
    ['c', 1],
    ['c', 2],
    ['u', 1],
    ['u', 2],
    ['c', 1],
    ['d', 2],
  ]);
  assert.equal(rows[0]?.after?.v, 'a'.repeat(150));
  assert.equal(rows[3]?.after?.v, '刘'.repeat(99));
});

test('regression 13: GTIDs with tags are read', async () => {
  await using source = await SourceReader.open('order', [TABLE]);
  const { db } = source;
  await db.query("SET SESSION gtid_next = 'AUTOMATIC:lutra_test'");
  await db.query("INSERT INTO t VALUES (1, 'a', 1)");
  await db.query("SET SESSION gtid_next = 'AUTOMATIC'");
  await db.query("INSERT INTO t VALUES (2, 'a', 1)");
  const rows = await source.rows(2);
  assert.match(rows[0]?.source.gtid ?? '', /^[0-9a-f-]{36}:lutra_test:\d+$/);
  assert.match(rows[1]?.source.gtid ?? '', /^[0-9a-f-]{36}:\d+$/);
  const [executed] = await source.select(
    `SELECT GTID_SUBSET('${rows[0]?.source.gtid}', @@GLOBAL.gtid_executed) AS known`,
  );
  assert.equal(Number(executed?.known), 1);
});

for (const compression of ['OFF', 'ON']) {
  test(`regression 13: an XA transaction of MySQL leaves when it commits, at once in one phase, never when it is rolled back; compression ${compression}`, async () => {
    await using source = await SourceReader.open('order', [TABLE]);
    const { db } = source;
    const word = source.schema;
    await db.query(`SET SESSION binlog_transaction_compression = ${compression}`);
    await db.query(`XA START '${word}1'`);
    await db.query("INSERT INTO t VALUES (1, 'one phase', 1)");
    await db.query(`XA END '${word}1'`);
    await db.query(`XA COMMIT '${word}1' ONE PHASE`);
    await db.query(`XA START '${word}2', 'branch', 7`);
    await db.query("INSERT INTO t VALUES (2, 'two phases', 2)");
    await db.query("UPDATE t SET v = 'changed' WHERE id = 1");
    await db.query(`XA END '${word}2', 'branch', 7`);
    await db.query(`XA PREPARE '${word}2', 'branch', 7`);
    await db.query(`XA START '${word}3'`);
    await db.query("INSERT INTO t VALUES (3, 'never', 3)");
    await db.query(`XA END '${word}3'`);
    await db.query(`XA PREPARE '${word}3'`);
    await db.query("INSERT INTO t VALUES (4, 'between', 4)");
    await db.query(`XA ROLLBACK '${word}3'`);
    await db.query(`XA COMMIT '${word}2', 'branch', 7`);
    await db.query("INSERT INTO t VALUES (5, 'behind', 5)");
    const rows = await source.rows(5);
    assert.deepEqual(changes(rows), [
      ['c', 1],
      ['c', 4],
      ['c', 2],
      ['u', 1],
      ['c', 5],
    ]);
    assert.equal(rows[2]?.source.transaction, rows[3]?.source.transaction);
  });
}

test('regression 13: an XA transaction that is prepared when the selector ends is applied once it commits', async () => {
  await using flow = await Flow.open({ tables: { t: 'id INT PRIMARY KEY, v VARCHAR(20)' } });
  const connection = await flow.connect('from');
  const xid = `'x${flow.word}'`;
  await connection.query(`XA START ${xid}`);
  await connection.query("INSERT INTO t VALUES (1, 'prepared')");
  await connection.query(`XA END ${xid}`);
  await connection.query(`XA PREPARE ${xid}`);
  await connection.end();
  await flow.atSource("INSERT INTO t VALUES (2, 'other')");
  await flow.settle();
  assert.deepEqual(
    (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id)),
    [2],
  );
  await flow.stack.restart('selector-sh');
  await flow.atSource("INSERT INTO t VALUES (3, 'after')");
  await flow.settle();
  assert.deepEqual(
    (await flow.atTarget('SELECT id FROM t ORDER BY id')).map(({ id }) => Number(id)),
    [2, 3],
  );
  await flow.atSource(`XA COMMIT ${xid}`);
  await flow.assertEqual();
});

test('regression 13: a prepared XA transaction of MariaDB is refused by name when it changes mapped tables', async () => {
  await using source = await SourceReader.open('user', [TABLE]);
  const { db } = source;
  const xid = `'${source.schema}zo'`;
  const run = async (statement: string): Promise<void> => {
    await db.query(`XA START ${xid}`);
    await db.query(statement);
    await db.query(`XA END ${xid}`);
    await db.query(`XA PREPARE ${xid}`);
  };
  await db.query('CREATE DATABASE IF NOT EXISTS unmapped');
  await db.query('CREATE OR REPLACE TABLE unmapped.t (id INT PRIMARY KEY)');
  await run('INSERT INTO unmapped.t VALUES (1)');
  await db.query(`XA COMMIT ${xid}`);
  await db.query("INSERT INTO t VALUES (2, 'b', 1)");
  assert.deepEqual(changes(await source.rows(1)), [['c', 2]]);
  await run("INSERT INTO t VALUES (1, 'a', 1)");
  try {
    await assert.rejects(source.run, /XA_PREPARE event at \S+:\d+ of source .* prepared XA transaction needs/);
  } finally {
    await db.query(`XA ROLLBACK ${xid}`);
    await db.query('DROP DATABASE unmapped');
  }
});

test('regression 13: a transaction rolled back to a savepoint leaves without the rows it took back', async () => {
  for (const server of ['order', 'user']) {
    await using source = await SourceReader.open(server, [TABLE]);
    const { db } = source;
    await db.query('BEGIN');
    await db.query("INSERT INTO t VALUES (1, 'a', 1)");
    await db.query('SAVEPOINT s');
    await db.query("INSERT INTO t VALUES (2, 'b', 1)");
    await db.query('ROLLBACK TO s');
    await db.query("INSERT INTO t VALUES (3, 'c', 1)");
    await db.query('COMMIT');
    await db.query('BEGIN');
    await db.query("INSERT INTO t VALUES (4, 'd', 1)");
    await db.query('ROLLBACK');
    await db.query("INSERT INTO t VALUES (5, 'e', 1)");
    assert.deepEqual(
      changes(await source.rows(3)),
      [
        ['c', 1],
        ['c', 3],
        ['c', 5],
      ],
      server,
    );
  }
});

test('regression 13: LOAD DATA and logged query texts leave as rows', async () => {
  await using source = await SourceReader.open('order', [TABLE]);
  const { db } = source;
  await db.query('SET SESSION binlog_rows_query_log_events = ON');
  await db.query("INSERT INTO t VALUES (1, 'a', 1)");
  await db.query({
    sql: "LOAD DATA LOCAL INFILE 'x' INTO TABLE t (id, v, n)",
    infileStreamFactory: () => Readable.from([Buffer.from('2\tb\t2.5\n3\tc\t3\n')]),
  });
  assert.deepEqual(changes(await source.rows(3)), [
    ['c', 1],
    ['c', 2],
    ['c', 3],
  ]);
});

for (const [setting, statement, error] of [
  [
    'binlog_row_image = MINIMAL',
    "UPDATE t SET v = 'b'",
    /row event of \S+ does not hold all 3 columns .* at \S+:\d+ of source/,
  ],
  [
    'binlog_row_image = NOBLOB',
    "UPDATE t SET v = 'b'",
    /row event of \S+ does not hold all 3 columns .* at \S+:\d+ of source/,
  ],
  [
    "binlog_row_value_options = 'PARTIAL_JSON'",
    "UPDATE t SET doc = JSON_SET(doc, '$.a', 2)",
    /PARTIAL_UPDATE_ROWS event at \S+:\d+ of source .* partial JSON/,
  ],
] as const) {
  test(`regression 13: rows of a session with ${setting} are refused by name and place`, async () => {
    await using source = await SourceReader.open('order', ['CREATE TABLE t (id INT PRIMARY KEY, v TEXT, doc JSON)']);
    const long = JSON.stringify({ a: 1, b: 'x'.repeat(500) });
    await source.db.query('INSERT INTO t VALUES (1, ?, ?)', ['a', long]);
    await source.rows(1);
    await source.db.query(`SET SESSION ${setting}`);
    await source.db.query(statement);
    await assert.rejects(source.run, error);
  });
}

test('regression 13: partial JSON in a table that nobody replicates stops nothing', async () => {
  await using source = await SourceReader.open('order', ['CREATE TABLE t (id INT PRIMARY KEY, v TEXT)']);
  const { db } = source;
  const other = `${source.schema}_other`;
  await db.query(`CREATE DATABASE ${other}`);
  await db.query(`CREATE TABLE ${other}.t (id INT PRIMARY KEY, doc JSON)`);
  await db.query("SET SESSION binlog_row_value_options = 'PARTIAL_JSON'");
  await db.query(`INSERT INTO ${other}.t VALUES (1, ?)`, [JSON.stringify({ a: 1, b: 'x'.repeat(500) })]);
  await db.query(`UPDATE ${other}.t SET doc = JSON_SET(doc, '$.a', 2)`);
  await db.query("INSERT INTO t VALUES (1, 'a')");
  assert.deepEqual(changes(await source.rows(1)), [['c', 1]]);
  await db.query(`DROP DATABASE ${other}`);
});
