import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Flow } from '../support/flow.ts';
import { SourceReader } from '../support/source-reader.ts';

/** JSON: what leaves the selector is what SELECT prints, byte by byte, and what arrives prints the same. */

const SEED = randomInt(2 ** 31 - 1);
const ROWS = 300;

/** SQL expressions of every kind of value that MySQL keeps inside a document. */
const EVERY_KIND = [
  'CAST(1.10 AS DECIMAL(10,2))',
  '123456789012345678901234567890',
  '-0.000000000000000000000000000001',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '1e0',
  '-0e0',
  '1e15',
  '1.5e-16',
  '1.7976931348623157e308',
  '5e-324',
  '32767',
  '32768',
  '65535',
  '65536',
  '-2147483648',
  '2147483648',
  'TRUE',
  'NULL',
  "DATE'2020-02-29'",
  "TIME'-838:59:59'",
  "TIME'00:00:00.000001'",
  "TIMESTAMP'9999-12-31 23:59:59.999999'",
  "x'00ff'",
  "REPEAT(x'61', 200)",
  "b'1010'",
  "''",
  `'"\\\\\\b\\f\\n\\r\\t/'`,
  'CHAR(1 USING utf8mb4)',
  'CHAR(127 USING utf8mb4)',
  "'刘武😀'",
  "JSON_OBJECT('__proto__', 1, '10', 2, '9', 3, '', 4, 'b', 5, 'aa', 6, '刘', 7)",
  'JSON_ARRAY()',
  'JSON_OBJECT()',
  "REPEAT('x', 70000)",
  "JSON_ARRAY(REPEAT('y', 70000), 70000, 1.50, 40000, JSON_OBJECT('k', 3e0))",
];

const inner = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '0', '1.0', '-1', '""'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 5 }).map((list) => `[${list.join(',')}]`),
    fc
      .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 6 }), tie('value')), { maxLength: 5 })
      .map((list) => `{${list.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
})).value;

test('regression 6: a JSON value of every kind, alone, in arrays, in objects, small and large, leaves as SELECT prints it', async () => {
  await using source = await SourceReader.open('order', ['CREATE TABLE t (id INT PRIMARY KEY, doc JSON)']);
  const rows = EVERY_KIND.flatMap((sql) => [
    `CAST(JSON_EXTRACT(JSON_ARRAY(${sql}), '$[0]') AS JSON)`,
    `JSON_ARRAY(${sql}, ${sql})`,
    `JSON_OBJECT('a', ${sql}, 'long', REPEAT('z', 66000))`,
  ]);
  for (const [id, sql] of rows.entries()) await source.db.query(`INSERT INTO t VALUES (${id}, ${sql})`);
  await source.db.query(`INSERT INTO t VALUES (${rows.length}, NULL)`);
  await assertAsPrinted(source, rows.length + 1, (id) => rows[id] ?? 'NULL');
});

test(`regression 6: opaque values taken from columns leave as SELECT prints them`, async () => {
  const columns =
    'id INT PRIMARY KEY, t TIMESTAMP NULL, b BIT(9), bl BLOB, e ENUM("a","刘"), s SET("x","y"), y YEAR, g GEOMETRY, v VARBINARY(10), l VARCHAR(9) CHARACTER SET latin1, doc JSON';
  await using source = await SourceReader.open('order', [`CREATE TABLE t (${columns})`]);
  await source.db.query(
    "INSERT INTO t VALUES (0, '2020-01-02 03:04:05', 5, 'xx', '刘', 'x,y', 2020, ST_GeomFromText('POINT(1 2)'), x'0100', 'é', NULL)",
  );
  await source.db.query('UPDATE t SET doc = JSON_ARRAY(t, b, bl, e, s, y, g, v, l, CAST(5 AS UNSIGNED))');
  const [, updated] = await source.rows(2);
  const [printed] = await source.select('SELECT CAST(doc AS CHAR) AS doc FROM t');
  assert.equal(updated?.after?.doc, printed?.doc);
});

test(`regression 6: random documents leave as SELECT prints them, seed ${SEED}`, async () => {
  await using source = await SourceReader.open('order', ['CREATE TABLE t (id INT PRIMARY KEY, doc JSON)']);
  const documents = fc.sample(inner, { seed: SEED, numRuns: ROWS });
  for (const [id, text] of documents.entries()) await source.db.query('INSERT INTO t VALUES (?, ?)', [id, text]);
  await assertAsPrinted(source, ROWS, (id) => documents[id] ?? '');
});

async function assertAsPrinted(source: SourceReader, count: number, written: (id: number) => string): Promise<void> {
  const records = await source.rows(count);
  const printed = await source.select('SELECT id, CAST(doc AS CHAR) AS doc FROM t ORDER BY id');
  for (const [i, row] of printed.entries()) {
    assert.equal(records[i]?.after?.doc, row.doc, `row ${i}, written as ${written(i).slice(0, 200)}`);
  }
}

for (const [from, to] of [
  ['order', 'otter'],
  ['order', 'user'],
  ['user', 'otter'],
] as const) {
  test(`regression 6: JSON of every kind prints at the target (${to}) as at the source (${from}), seed ${SEED}`, async () => {
    await using flow = await Flow.open({
      source: from,
      target: to,
      tables: { t: 'id INT PRIMARY KEY, doc JSON, tail VARCHAR(9)' },
    });
    const source = await flow.connect('from');
    const documents = fc.sample(inner, { seed: SEED, numRuns: 120 });
    let id = 0;
    for (const text of documents) {
      await source.query("INSERT INTO t VALUES (?, ?, 'x')", [id++, text]);
    }
    if (from === 'order') {
      for (const sql of EVERY_KIND)
        await source.query(`INSERT INTO t VALUES (${id++}, JSON_OBJECT('a', ${sql}, 'b', JSON_ARRAY(${sql})), 'y')`);
      await source.query(
        `INSERT INTO t SELECT id + 10000, JSON_SET(doc, '$.b[0]', 1.10), 'many' FROM t WHERE tail = 'y'`,
      );
      const decimals = Array.from({ length: 5_000 }, (_, n) => `${n}.50`).join(',');
      await source.query(`INSERT INTO t VALUES (${id++}, JSON_ARRAY(${decimals}), 'long')`);
      await source.query(`UPDATE t SET doc = JSON_SET(doc, '$.a', 12.50) WHERE id > 10000 AND id % 2 = 0`);
    }
    await source.end();
    await flow.settle();
    const sql = 'SELECT id, CAST(doc AS CHAR) AS doc FROM t ORDER BY id';
    const wanted = await flow.atSource(sql);
    const found = await flow.atTarget(sql);
    assert.equal(found.length, wanted.length);
    for (const [i, row] of wanted.entries()) {
      const [own] =
        from === 'user' ? await flow.atTarget('SELECT CAST(CAST(? AS JSON) AS CHAR) AS doc', [row.doc]) : [row];
      assert.equal(found[i]?.doc, own?.doc, `row ${row.id}`);
    }
    if (from !== 'order' || to !== 'otter') return;
    const types = "SELECT id, JSON_TYPE(doc->'$.b[0]') AS type FROM t WHERE tail = 'many' ORDER BY id";
    assert.deepEqual(await flow.atTarget(types), await flow.atSource(types));
  });
}
