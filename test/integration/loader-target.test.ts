import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LoaderBench } from '../support/loader-bench.ts';
import { type Change, RecordStream, type Row, type TableEncoder, type TestColumn } from '../support/row-records.ts';
import { stackAddresses } from '../support/stack.ts';

/** What a target does with every type and every kind of table; one body for MySQL and MariaDB. */

type Cell = {
  readonly column: TestColumn;
  readonly sql?: string;
  readonly show?: string;
  readonly value: unknown;
  readonly shown: string;
};

const text = 'it\'s a \\ "tab\t", line\r\n, %_ 刘先生 🐼 \u0000 end ';
const blob = Buffer.from([0, 1, 9, 10, 13, 39, 92, 255, 128, 0]);

function cell(type: string, value: unknown, shown: string, show?: string): Omit<Cell, 'column'> & { type: string } {
  return { type, value, shown, ...(show === undefined ? {} : { show }) };
}

const CELLS: readonly (Omit<Cell, 'column'> & { type: string })[] = [
  cell('tinyint', -128, '-128'),
  cell('tinyint unsigned', 255, '255'),
  cell('mediumint', -8388608, '-8388608'),
  cell('int', -2147483648, '-2147483648'),
  cell('int unsigned', 4294967295, '4294967295'),
  cell('bigint', -9223372036854775808n, '-9223372036854775808'),
  cell('bigint', 9223372036854775807n, '9223372036854775807'),
  cell('bigint', 1234567890123456789n, '1234567890123456789'),
  cell('bigint unsigned', '18446744073709551615', '18446744073709551615'),
  cell(
    'decimal(65,30)',
    '-12345678901234567890123456789012345.123456789012345678901234567891',
    '-12345678901234567890123456789012345.123456789012345678901234567891',
  ),
  cell('float', Math.fround(0.1), '0.10000000149011612', 'CONCAT(c + 0.0e0)'),
  cell('float', Math.fround(3.4028234663852886e38), '3.4028234663852886e38'.replace('e', 'e'), 'CONCAT(c + 0.0e0)'),
  cell('double', 1.7976931348623157e308, '1.7976931348623157e308', 'CONCAT(c)'),
  cell('double', 5e-324, '5e-324', 'CONCAT(c)'),
  cell('double', -0.1, '-0.1', 'CONCAT(c)'),
  cell('year', 0, '0000'),
  cell('date', '0000-00-00', '0000-00-00'),
  cell('date', '2024-02-31', '2024-02-31'),
  cell('datetime(6)', '1000-01-01 00:00:00.000001', '1000-01-01 00:00:00.000001'),
  cell('timestamp(3)', '2038-01-19 03:14:07.999', '2038-01-19 03:14:07.999'),
  cell('timestamp', '0000-00-00 00:00:00', '0000-00-00 00:00:00'),
  cell('time(6)', '-838:59:58.999999', '-838:59:58.999999'),
  cell('varchar(100)', text, Buffer.from(text).toString('hex'), 'LOWER(HEX(c))'),
  cell('varchar(100)', '', ''),
  cell('varchar(100)', 'NULL', 'NULL'),
  cell('varchar(100)', '\\N', '\\N'),
  cell('char(10)', 'abc', 'abc'),
  cell('longtext', 'x'.repeat(300_000), '300000', 'LENGTH(c)'),
  cell("enum('a','b''c')", "b'c", "b'c"),
  cell("set('x','y','z')", 'x,z', 'x,z'),
  cell('json', '{"a": [1, 2.5, "\\"q\\""], "中": null}', '2.5', "JSON_EXTRACT(c, '$.a[1]')"),
  cell('varbinary(20)', blob, blob.toString('hex'), 'LOWER(HEX(c))'),
  cell('binary(3)', Buffer.from([1, 0, 0]), '010000', 'LOWER(HEX(c))'),
  cell('longblob', Buffer.alloc(200_000, 39), '200000', 'LENGTH(c)'),
  cell('blob', Buffer.alloc(0), '0', 'LENGTH(c)'),
  cell('bit(13)', Buffer.from([0x10, 0x05]), '4101', 'CONCAT(c + 0)'),
  cell('point', Buffer.from('000000000101000000000000000000f03f0000000000000040', 'hex'), 'POINT(1 2)', 'ST_AsText(c)'),
  cell('int', null, 'null'),
  cell('varchar(10)', null, 'null'),
  cell('blob', null, 'null'),
];

for (const [server, target] of [
  ['MySQL', stackAddresses().mysql],
  ['MariaDB', stackAddresses().mariadb],
] as const)
  describe(server, () => {
    // One loader for all of them: to start one takes far longer than what it is asked for.
    let bench: LoaderBench;
    const stream = new RecordStream();

    before(async () => {
      bench = await LoaderBench.open({ target });
      await bench.deploy();
      bench.startLoader();
    });

    after(() => bench?.[Symbol.asyncDispose]());

    for (const rowCount of [1, 300]) {
      const path = rowCount === 1 ? 'statements' : 'LOAD DATA';
      const table = `types${rowCount}`;
      test(`${server} holds every value that the record bears, written by ${path}`, async () => {
        // Rows of half a megabyte would make batches too small for LOAD DATA; JSON of MySQL goes by INSERT.
        const isLoaded = ({ type }: { type: string }): boolean =>
          !type.startsWith('long') && (type !== 'json' || server === 'MariaDB');
        const cells = CELLS.filter((each) => rowCount === 1 || isLoaded(each));
        const loads = async (): Promise<number> =>
          Number((await bench.rows("SHOW GLOBAL STATUS LIKE 'Com_load'"))[0]?.Value);
        const loadsBefore = await loads();
        const columns = cells.map(({ type }, i) => ({ name: `c ${i}`, type, nullable: true }));
        const definitions = columns.map(({ name, type }) => `\`${name}\` ${type} NULL`);
        await bench.sql.query(
          `SET sql_mode=''; USE ${bench.schema}; CREATE TABLE ${table} (id INT PRIMARY KEY, ${definitions.join(', ')}) ROW_FORMAT=DYNAMIC`,
        );
        const encoder = await bench.encoder({
          table,
          key: ['id'],
          columns: [{ name: 'id', type: 'int' }, ...columns],
        });
        const row = Object.fromEntries(cells.map(({ value }, i) => [`c ${i}`, value]));
        await bench.send(
          stream.transact(
            Array.from({ length: rowCount }, (_, id) => ({
              encoder,
              change: { op: 'c' as const, after: { id, ...row } },
            })),
          ),
        );
        await bench.eventually('all rows', async () => (await bench.count(table)) === rowCount, 60_000);
        const shows = cells.map(
          ({ show }, i) => `${(show ?? 'CONCAT(c)').replaceAll(/\bc\b/g, `\`c ${i}\``)} AS v${i}`,
        );
        const [found] = await bench.rows(
          `SELECT ${shows.join(', ')} FROM ${bench.schema}.${table} WHERE id = ${rowCount - 1}`,
        );
        const shown = cells.map((_, i) => String(found?.[`v${i}`]).replace('e+', 'e'));
        assert.deepEqual(
          shown,
          cells.map((entry) => entry.shown),
        );
        assert.equal(
          (await loads()) > loadsBefore,
          rowCount > 1,
          'LOAD DATA is used for big batches, and only for them',
        );
      });
    }

    test(`${server}: values of a unique key change places inside one transaction`, async () => {
      await bench.sql.query(`USE ${bench.schema}; CREATE TABLE u (id INT PRIMARY KEY, code VARCHAR(10) UNIQUE)`);
      const columns = [
        { name: 'id', type: 'int' },
        { name: 'code', type: 'varchar(10)', nullable: true },
      ];
      const encoder = await bench.encoder({ table: 'u', key: ['id'], columns });
      const set = (
        id: number,
        code: string | null,
        before: string | null,
      ): { encoder: TableEncoder; change: Change } => ({
        encoder,
        change: { op: 'u', before: { id, code: before }, after: { id, code } },
      });
      await bench.send([
        ...stream.transact(
          ['a', 'b', 'c'].map((code, id) => ({ encoder, change: { op: 'c' as const, after: { id, code } } })),
        ),
        ...stream.transact([set(0, null, 'a'), set(1, 'a', 'b'), set(2, 'b', 'c'), set(0, 'c', null)]),
      ]);
      await bench.eventually(
        'the rotated codes',
        async () =>
          (await bench.rows(`SELECT GROUP_CONCAT(code ORDER BY id) AS codes FROM ${bench.schema}.u`))[0]?.codes ===
          'c,a,b',
      );
    });

    test(`${server}: parents and children arrive and go in source order, with and without another unique key`, async () => {
      await bench.sql.query(`USE ${bench.schema}; CREATE TABLE parent (id INT PRIMARY KEY, code INT UNIQUE);
      CREATE TABLE child (id INT PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))`);
      const parent = await bench.encoder({
        table: 'parent',
        key: ['id'],
        columns: [
          { name: 'id', type: 'int' },
          { name: 'code', type: 'int' },
        ],
      });
      const child = await bench.encoder({
        table: 'child',
        key: ['id'],
        columns: [
          { name: 'id', type: 'int' },
          { name: 'parent', type: 'int' },
        ],
      });
      const p = (op: 'c' | 'd', id: number): { encoder: TableEncoder; change: Change } => ({
        encoder: parent,
        change: one(op, { id, code: id }),
      });
      const k = (op: 'c' | 'd', id: number, of: number): { encoder: TableEncoder; change: Change } => ({
        encoder: child,
        change: one(op, { id, parent: of }),
      });
      await bench.send([
        ...stream.transact([p('c', 1), k('c', 1, 1), p('c', 2), k('c', 2, 2), k('c', 3, 2)]),
        ...stream.transact([
          k('d', 2, 2),
          k('d', 3, 2),
          p('d', 2),
          p('c', 3),
          k('c', 4, 3),
          k('d', 4, 3),
          p('d', 3),
          p('c', 2),
        ]),
      ]);
      const idsOf = async (name: string): Promise<unknown> =>
        (await bench.rows(`SELECT GROUP_CONCAT(id ORDER BY id) AS ids FROM ${bench.schema}.${name}`))[0]?.ids;
      await bench.eventually(
        'two parents and a child',
        async () => (await idsOf('parent')) === '1,2' && (await idsOf('child')) === '1',
      );
    });

    test(`${server}: of equal rows of a table without a key exactly one is changed`, async () => {
      await bench.sql.query(`USE ${bench.schema}; CREATE TABLE k (name VARCHAR(10), f FLOAT, doc JSON)`);
      const columns = [
        { name: 'name', type: 'varchar(10)', nullable: true },
        { name: 'f', type: 'float' },
        { name: 'doc', type: 'json', nullable: true },
      ];
      const encoder = await bench.encoder({ table: 'k', key: [], columns });
      const row = (name: string | null): Row => ({ name, f: Math.fround(0.1), doc: '{"a": 1}' });
      const c = (name: string | null): { encoder: TableEncoder; change: Change } => ({
        encoder,
        change: one('c', row(name)),
      });
      await bench.send([
        ...stream.transact([c('a'), c('a'), c('A'), c(null), c(null)]),
        ...stream.transact([
          { encoder, change: { op: 'u', before: row('a'), after: row('b') } },
          { encoder, change: one('d', row(null)) },
        ]),
      ]);
      await bench.eventually(
        'the rows',
        async () =>
          (
            await bench.rows(
              `SELECT GROUP_CONCAT(IFNULL(name,'-') ORDER BY BINARY IFNULL(name,'-')) AS names FROM ${bench.schema}.k`,
            )
          )[0]?.names === '-,A,a,b',
      );
    });
  });

function one(op: 'c' | 'd', row: Row): Change {
  return op === 'c' ? { op, after: row } : { op, before: row };
}
