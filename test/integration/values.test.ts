import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { columnFacts } from '../../shared/mysql/column-type.ts';
import { readTables } from '../../shared/mysql/table-facts.ts';
import { parseRowSchema, type RowSchema } from '../../shared/rows/row-schema.ts';
import { loggedRows } from '../../shared/rows/sample-row.ts';
import { SourceReader } from '../support/source-reader.ts';

/** The database is the oracle: what the selector publishes is what SELECT prints, for every covered type and for random values. */

const SEED = randomInt(2 ** 31 - 1);
const ROWS = 400;

/** Column: SQL type, how SELECT prints it for the comparison, and values as SQL literals. */
type Kind = {
  readonly sql: string;
  readonly print: (column: string) => string;
  readonly literal: fc.Arbitrary<string>;
};

const quoted = (text: string): string => `'${text.replace(/['\\]/g, (c) => `\\${c}`)}'`;
const asChar = (column: string): string => `CAST(${column} AS CHAR)`;
const asHex = (column: string): string => `HEX(${column})`;
const whole = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(min, max, 0n, 1n), fc.bigInt({ min, max })).map(String);
const digits = (count: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: count });
const decimal = (precision: number, scale: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.boolean(), digits(precision - scale), digits(Math.max(1, scale)))
    .map(([negative, i, f]) => `${negative ? '-' : ''}${i}${scale > 0 ? `.${f}` : ''}`);
const pad = (n: number, size: number): string => String(n).padStart(size, '0');
const fraction = (size: number): fc.Arbitrary<string> =>
  size === 0 ? fc.constant('') : fc.integer({ min: 0, max: 10 ** size - 1 }).map((n) => `.${pad(n, size)}`);
const date = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 28 }))
  .map(([y, m, d]) => `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`);
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((n) => pad(n, 2)).join(':'));
const datetime = (size: number): fc.Arbitrary<string> =>
  fc.tuple(date, clock, fraction(size)).map(([d, c, f]) => quoted(`${d} ${c}${f}`));
const timestamp = (size: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 1, max: 2147483647 }), fraction(size))
    .map(([s, f]) => quoted(`${new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' ')}${f}`));
const time = (size: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.boolean(),
      fc.integer({ min: 0, max: 837 }),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 59 }),
      fraction(size),
    )
    .map(([negative, h, m, s, f]) => quoted(`${negative ? '-' : ''}${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${f}`));
const text = (length: number, unit: fc.StringConstraints['unit']): fc.Arbitrary<string> =>
  fc
    .string(unit === undefined ? { maxLength: length } : { maxLength: length, unit })
    .filter((t) => !t.includes('\0'))
    .map(quoted);
const utf8 = (length: number): fc.Arbitrary<string> =>
  text(length, fc.constantFrom(...'aZ0 \'"\\\n\t', 'é', '刘', '武', '😀', '€'));
const bytes = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: length }).map((b) => `x'${Buffer.from(b).toString('hex')}'`);

const KINDS: readonly Kind[] = [
  { sql: 'TINYINT', print: asChar, literal: whole(-128n, 127n) },
  { sql: 'TINYINT UNSIGNED', print: asChar, literal: whole(0n, 255n) },
  { sql: 'SMALLINT', print: asChar, literal: whole(-32768n, 32767n) },
  { sql: 'SMALLINT UNSIGNED', print: asChar, literal: whole(0n, 65535n) },
  { sql: 'MEDIUMINT', print: asChar, literal: whole(-8388608n, 8388607n) },
  { sql: 'MEDIUMINT UNSIGNED', print: asChar, literal: whole(0n, 16777215n) },
  { sql: 'INT', print: asChar, literal: whole(-2147483648n, 2147483647n) },
  { sql: 'INT UNSIGNED', print: asChar, literal: whole(0n, 4294967295n) },
  { sql: 'BIGINT', print: asChar, literal: whole(-(2n ** 63n), 2n ** 63n - 1n) },
  { sql: 'BIGINT UNSIGNED', print: asChar, literal: whole(0n, 2n ** 64n - 1n) },
  { sql: 'DECIMAL(10,2)', print: asChar, literal: decimal(10, 2) },
  { sql: 'DECIMAL(65,30)', print: asChar, literal: decimal(65, 30) },
  { sql: 'DECIMAL(9,9)', print: asChar, literal: decimal(10, 9).map((t) => t.replace(/\d+\./, '0.')) },
  { sql: 'DECIMAL(20,0)', print: asChar, literal: decimal(20, 0) },
  {
    sql: 'DOUBLE',
    print: (c) => c,
    literal: fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })
      .map((n) => `${n}e0`.replace(/e(.*)e0$/, 'e$1')),
  },
  { sql: 'YEAR', print: asChar, literal: fc.oneof(fc.constant('0'), fc.integer({ min: 1901, max: 2155 }).map(String)) },
  { sql: 'BIT(1)', print: asHex, literal: fc.constantFrom("b'0'", "b'1'") },
  {
    sql: 'BIT(64)',
    print: asHex,
    literal: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => `b'${n.toString(2)}'`),
  },
  { sql: 'DATE', print: asChar, literal: date.map(quoted) },
  { sql: 'DATETIME', print: asChar, literal: datetime(0) },
  { sql: 'DATETIME(3)', print: asChar, literal: datetime(3) },
  { sql: 'DATETIME(6)', print: asChar, literal: datetime(6) },
  { sql: 'TIMESTAMP NULL', print: asChar, literal: timestamp(0) },
  { sql: 'TIMESTAMP(1) NULL', print: asChar, literal: timestamp(1) },
  { sql: 'TIMESTAMP(6) NULL', print: asChar, literal: timestamp(6) },
  { sql: 'TIME', print: asChar, literal: time(0) },
  { sql: 'TIME(2)', print: asChar, literal: time(2) },
  { sql: 'TIME(5)', print: asChar, literal: time(5) },
  { sql: 'VARCHAR(40)', print: (c) => c, literal: utf8(40) },
  { sql: 'VARCHAR(400)', print: (c) => c, literal: utf8(400) },
  {
    sql: 'VARCHAR(60) CHARACTER SET latin1',
    print: (c) => c,
    literal: text(60, fc.constantFrom(..."aZ '", 'é', 'ß', '€', 'ÿ', '\u0081')),
  },
  { sql: 'CHAR(20)', print: (c) => c, literal: utf8(20) },
  { sql: 'CHAR(80)', print: (c) => c, literal: utf8(80) },
  { sql: 'TEXT', print: (c) => c, literal: utf8(600) },
  { sql: 'VARBINARY(30)', print: asHex, literal: bytes(30) },
  { sql: 'BINARY(16)', print: asHex, literal: bytes(16) },
  { sql: 'BLOB', print: asHex, literal: bytes(500) },
  { sql: "ENUM('a','刘','')", print: (c) => c, literal: fc.constantFrom("'a'", "'刘'", "''") },
  { sql: "SET('x','y','z')", print: (c) => c, literal: fc.subarray(['x', 'y', 'z']).map((s) => quoted(s.join(','))) },
];

/** Types of whose text the log tells less than information_schema does. */
const OTHERS = [
  'FLOAT',
  'INT(7) UNSIGNED ZEROFILL',
  'DOUBLE(10,2)',
  'TINYTEXT',
  'LONGBLOB',
  'JSON',
  'POINT',
  'GEOMETRY',
];
const OWN: Readonly<Record<string, readonly string[]>> = {
  order: ['VECTOR(4)', 'GEOMETRYCOLLECTION'],
  user: ['UUID', 'INET4', 'INET6', 'VARCHAR(30) COMPRESSED', 'BLOB COMPRESSED'],
};

for (const server of ['order', 'user']) {
  describe(`values of the ${server === 'order' ? 'MySQL' : 'MariaDB'} source, seed ${SEED}`, () => {
    let reader: SourceReader;

    before(async () => {
      const columns = KINDS.map((kind, i) => `c${i} ${kind.sql}`).join(', ');
      reader = await SourceReader.open(server, [`CREATE TABLE t (id INT PRIMARY KEY, ${columns})`]);
    });

    after(() => reader[Symbol.asyncDispose]());

    test('the preview of statements knows columns from the server as the log tells them', async () => {
      const types = [...KINDS.map(({ sql }) => sql), ...OTHERS, ...(OWN[server] ?? [])];
      const columns = types.map((type, at) => `c${at} ${type}`).join(', ');
      await reader.db.query(`CREATE TABLE known (id INT PRIMARY KEY, ${columns})`);
      await reader.db.query('INSERT INTO known (id) VALUES (1)');
      await reader.rows(1);
      const told = parseRowSchema(await reader.publishedSchema('known')) ?? assert.fail();
      const [table = assert.fail()] = await readTables(reader.db, [{ schema: reader.schema, table: 'known' }]);
      const known = loggedRows(table);
      const facts = (rows: RowSchema) => rows.columns.map((column) => ({ ...columnFacts(column), kind: column.kind }));
      assert.deepEqual([known.key, facts(known)], [told.key, facts(told)]);
    });

    test('every covered type arrives as SELECT prints it', async () => {
      const row = fc.tuple(...KINDS.map((kind) => fc.option(kind.literal, { nil: 'NULL', freq: 8 })));
      const rows = fc.sample(row, { seed: SEED, numRuns: ROWS });
      for (let i = 0; i < ROWS; i += 50) {
        const values = rows.slice(i, i + 50).map((cells, n) => `(${i + n}, ${cells.join(', ')})`);
        await reader.db.query(`INSERT INTO t VALUES ${values.join(', ')}`);
      }
      const records = (await reader.rows(ROWS + 1)).filter(({ key }) => key[1] === 't');
      const printed = await reader.select(
        `SELECT id, ${KINDS.map((kind, i) => `${kind.print(`c${i}`)} AS c${i}`).join(', ')} FROM t ORDER BY id`,
      );
      assert.equal(printed.length, ROWS);
      const published = records.filter((record) => record.op === 'c').map((record) => record.after ?? {});
      for (const [i, expected] of printed.entries()) {
        for (const [n, kind] of KINDS.entries()) {
          const actual = asPrinted(kind, published[i]?.[`c${n}`]);
          const wanted =
            kind.sql === 'DOUBLE' ? expected[`c${n}`] : expected[`c${n}`] === null ? null : String(expected[`c${n}`]);
          assert.equal(actual, wanted, `row ${i}, ${kind.sql}, written as ${rows[i]?.[n]}`);
        }
      }
    });
  });
}

function asPrinted(kind: Kind, value: unknown): unknown {
  if (value === null || (typeof value === 'number' && kind.sql === 'DOUBLE')) return value;
  if (Buffer.isBuffer(value)) {
    const hex = value.toString('hex').toUpperCase();
    return kind.sql.startsWith('BIT') ? hex.replace(/^0+(?=.)/, '') : hex;
  }
  if (kind.sql === 'YEAR') return pad(Number(value), 4);
  return String(value);
}
