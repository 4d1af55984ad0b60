import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Flow } from '../support/flow.ts';
import { SourceReader } from '../support/source-reader.ts';

/** Types, tables and formats that only MariaDB has. */

const SEED_ROWS = 300;

function uuids(): string[] {
  const fixed = [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '123e4567-e89b-12d3-a456-426655440000',
  ];
  const random = Array.from({ length: SEED_ROWS }, (_, i) => {
    const bytes = randomBytes(16);
    bytes[6] = ((bytes[6] as number) & 15) | ((i % 8) << 4);
    if (i % 3 > 0) bytes[8] = ((bytes[8] as number) & 63) | 128;
    if (i % 20 === 0) bytes.fill(0, 10);
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });
  return [...fixed, ...random];
}

function address(): string {
  return Array.from({ length: 8 }, () => (randomInt(2) === 0 ? '0' : randomInt(65_536).toString(16))).join(':');
}

test('regression 8: UUID, INET6 and INET4 leave as SELECT prints them', async () => {
  await using source = await SourceReader.open('user', [
    'CREATE TABLE t (id INT PRIMARY KEY, u UUID, six INET6, four INET4, plain BINARY(16))',
  ]);
  const six = [
    '::',
    '::1',
    '::1.2.3.4',
    '::ffff:1.2.3.4',
    '1::',
    'fe80::1',
    '1:0:0:2::3',
    '::ffff:0:1',
    '0:1:2:3:4:5:6:7',
    '::2:3:4:5:6:7:8',
  ];
  const rows = uuids().map((uuid, id) => [
    id,
    uuid,
    six[id] ?? address(),
    `${id % 256}.0.255.${id % 10}`,
    randomBytes(16),
  ]);
  const values = rows.map((row) => `(${row.map((cell) => source.db.escape(cell)).join(',')})`);
  await source.db.query(`INSERT INTO t VALUES ${values.join(',')}, (9999, NULL, NULL, NULL, NULL)`);
  const shown = await source.select('SELECT id, u, six, four, HEX(plain) AS plain FROM t ORDER BY id');
  const found = await source.rows(rows.length + 1);
  for (const [i, row] of shown.entries()) {
    const after = found[i]?.after;
    const plain = Buffer.isBuffer(after?.plain) ? after.plain.toString('hex').toUpperCase() : null;
    assert.deepEqual({ ...after, plain }, { ...row });
  }
});

test('regression 8: UUID and INET arrive in columns of their types and in text, as keys too', async () => {
  await using flow = await Flow.open({
    source: 'user',
    target: 'user',
    tables: { t: 'u UUID PRIMARY KEY, six INET6, four INET4, v INT' },
  });
  const list = uuids();
  await flow.atSource(
    `INSERT INTO t VALUES ${list.map((uuid, i) => `('${uuid}', '::${i}', '10.0.0.${i % 256}', ${i})`).join(',')}`,
  );
  await flow.atSource('UPDATE t SET v = v + 1 WHERE v % 3 = 0');
  await flow.atSource('DELETE FROM t WHERE v % 5 = 0');
  await flow.assertEqual();
});

test('regression 8: COMPRESSED columns leave as SELECT prints them, short, long and empty', async () => {
  const columns =
    'id INT PRIMARY KEY, v VARCHAR(2000) COMPRESSED, w VARCHAR(100) COMPRESSED CHARACTER SET latin1, b VARBINARY(3000) COMPRESSED, x LONGTEXT COMPRESSED, y BLOB COMPRESSED';
  await using source = await SourceReader.open('user', [`CREATE TABLE t (${columns})`]);
  await source.db.query(
    "INSERT INTO t VALUES (1, '', '', '', '', ''), (2, 'é', 'é', x'00ff', 'short', x'00'), (3, NULL, NULL, NULL, NULL, NULL)",
  );
  await source.db.query(
    "INSERT INTO t VALUES (4, REPEAT('刘', 900), REPEAT('ä', 100), REPEAT(x'00', 3000), REPEAT('abc', 100000), REPEAT(x'ff', 60000))",
  );
  await source.db.query('SET SESSION column_compression_zlib_wrap = ON');
  await source.db.query(
    "INSERT INTO t VALUES (5, REPEAT('刘', 900), REPEAT('ä', 100), REPEAT(x'00', 3000), REPEAT('abc', 100000), REPEAT(x'ff', 60000))",
  );
  const shown = await source.select('SELECT id, v, w, HEX(b) AS b, x, HEX(y) AS y FROM t ORDER BY id');
  const hex = (value: unknown): string | null => (Buffer.isBuffer(value) ? value.toString('hex').toUpperCase() : null);
  const found = (await source.rows(5)).map(({ after }) => ({ ...after, b: hex(after?.b), y: hex(after?.y) }));
  assert.deepEqual(
    found,
    shown.map((row) => ({ ...row })),
  );
});

test('regression 7: dates and times in the format of old servers leave as SELECT prints them; fractions are refused by name', async () => {
  await using source = await SourceReader.open('user');
  const { db } = source;
  const [format] = await source.select('SELECT @@GLOBAL.mysql56_temporal_format AS f');
  await db.query('SET GLOBAL mysql56_temporal_format = OFF');
  try {
    await db.query('CREATE TABLE t (id INT PRIMARY KEY, ts TIMESTAMP NULL, d DATETIME, c TIME)');
    await db.query('CREATE TABLE fine (id INT PRIMARY KEY, d DATETIME(3))');
  } finally {
    await db.query(`SET GLOBAL mysql56_temporal_format = ${format?.f}`);
  }
  await db.query(
    "INSERT INTO t VALUES (1, '1970-01-01 00:00:01', '0001-01-01 00:00:00', '-838:59:59'), (2, '2038-01-19 03:14:07', '9999-12-31 23:59:59', '00:00:00'), (3, '2024-02-29 12:00:00', '0000-00-00 00:00:00', '-00:00:01'), (4, 0, '2020-00-00 01:02:03', '100:00:59'), (5, NULL, NULL, NULL)",
  );
  const shown = await source.select('SELECT id, ts, d, c FROM t ORDER BY id');
  assert.deepEqual(
    (await source.rows(5)).map(({ after }) => ({ ...after })),
    shown.map((row) => ({ ...row })),
  );
  await db.query("INSERT INTO fine VALUES (1, '2020-01-01 00:00:00.123')");
  await assert.rejects(source.run, /column d of \S+ holds fractions of seconds in the format of MariaDB 5\.3/);
});

test('the state of a sequence is not published; the values that rows took from it are', async () => {
  await using source = await SourceReader.open('user', [
    'CREATE SEQUENCE s',
    'CREATE TABLE t (id INT PRIMARY KEY DEFAULT NEXTVAL(s), v INT)',
  ]);
  await source.db.query('INSERT INTO t (v) VALUES (10), (20)');
  await source.db.query('INSERT INTO t (v) VALUES (30)');
  const rows = await source.rows(3);
  assert.deepEqual(
    rows.map(({ key, after }) => [key[1], after?.id, after?.v]),
    [
      ['t', 1, 10],
      ['t', 2, 20],
      ['t', 3, 30],
    ],
  );
});

test('a system-versioned table is refused by name before its history is taken for rows', async () => {
  await using source = await SourceReader.open('user', [
    'CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING',
  ]);
  await source.db.query('INSERT INTO t VALUES (1, 1)');
  await assert.rejects(source.run, /values_\d+\.t is system-versioned/);
});

test('regression 13: a rolled-back transaction leaves what a replica of MariaDB keeps: the rows of tables without transactions', async () => {
  await using source = await SourceReader.open('user', [
    'CREATE TABLE t (id INT PRIMARY KEY)',
    'CREATE TABLE m (id INT PRIMARY KEY) ENGINE = MyISAM',
  ]);
  const { db } = source;
  await db.query('BEGIN');
  await db.query('INSERT INTO t VALUES (1)');
  await db.query('INSERT INTO m VALUES (1)');
  await db.query('INSERT INTO t VALUES (2)');
  await db.query('ROLLBACK');
  await db.query('INSERT INTO t VALUES (3)');
  const rows = await source.rows(2);
  assert.deepEqual(
    rows.map(({ key }) => [key[1], key[2]]),
    [
      ['m', 1],
      ['t', 3],
    ],
  );
});
