import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Source } from '../../../../shared/codec/avro-bytes.ts';
import { ByteSink, PagePool } from '../../../../shared/rows/byte-sink.ts';
import { type CellKind, type CellWriter, loadCells, MalformedCell, sqlCells } from '../../../../shared/rows/cells.ts';
import { parseRowSchema } from '../../../../shared/rows/row-schema.ts';
import { avroCodec, envelopeOf } from '../../../support/row-records.ts';

const pool = new PagePool();

/** What a writer makes of one value that avsc has encoded; the cell must be read to its end. */
function write(writer: CellWriter, avro: string, value: unknown): string {
  const from: Source = { bytes: avroCodec(avro).toBuffer(value), at: 0 };
  const to = new ByteSink(pool);
  to.reserve(2 * from.bytes.length + 28);
  const room = to.at + 2 * from.bytes.length + 28;
  writer(from, to);
  assert.equal(from.at, from.bytes.length);
  assert.ok(to.at <= room, 'no cell takes more than was reserved');
  return to.text();
}

const sql = (kind: CellKind, avro: string, value: unknown): string => write(sqlCells[kind], avro, value);
const load = (kind: CellKind, avro: string, value: unknown): string => write(loadCells[kind], avro, value);

/** MySQL's reading of a quoted literal without NO_BACKSLASH_ESCAPES, for what we write. */
const unquote = (literal: string): string => literal.slice(1, -1).replace(/''|\\\\/g, (pair) => pair.slice(1));
/** LOAD DATA's reading of a field. */
const readField = (field: string): string =>
  field.replace(/\\(.)/gs, (_, c: string) => ({ t: '\t', n: '\n', '0': '\0' })[c] ?? c);

test('every 64-bit integer is written with all its digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.equal(sql('integer', 'long', value), value.toString());
    }),
  );
});

test('small integers are written with all their digits', () => {
  fc.assert(fc.property(fc.integer(), (value) => assert.equal(load('integer', 'int', value), String(value))));
  for (let power = 0; power < 53; power++) {
    for (const value of [2 ** power - 1, 2 ** power, -(2 ** power)])
      assert.equal(sql('integer', 'long', value), String(value));
  }
});

test('text comes back equal from a literal and from a field, and holds no bare delimiter', () => {
  const hard = fc.string({ unit: fc.constantFrom("'", '\\', '\t', '\n', '\r', '\0', 'a', '刘', '🐼', '"', 'N') });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), hard), (value) => {
      assert.equal(unquote(sql('text', 'string', value)), value);
      const field = load('text', 'string', value);
      assert.equal(readField(field), value);
      assert.doesNotMatch(field, /[\t\n]/);
    }),
  );
});

test('bytes are written as hex', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (value) => {
      const hex = Buffer.from(value).toString('hex');
      assert.equal(sql('bytes', 'bytes', Buffer.from(value)), `x'${hex}'`);
      assert.equal(load('bytes', 'bytes', Buffer.from(value)), hex);
    }),
  );
});

test('floating-point numbers come back bit for bit, the sign of zero too', () => {
  const finite = { noNaN: true, noDefaultInfinity: true };
  fc.assert(
    fc.property(fc.double(finite), (value) => {
      const text = sql('double', 'double', value);
      assert.match(text, /e/);
      assert.ok(Object.is(Number(text), value));
    }),
  );
  fc.assert(
    fc.property(fc.float(finite), (value) =>
      assert.ok(Object.is(Math.fround(Number(load('float', 'float', value))), value)),
    ),
  );
});

test('a decimal is written as it is, and refuses whatever is no number', () => {
  assert.equal(sql('decimal', 'string', '-123.4500'), '-123.4500');
  for (const value of ['', '1;drop', '1-2', "1'", ' 1', '1e5']) {
    assert.throws(() => sql('decimal', 'string', value), MalformedCell, value);
  }
});

test('the year 0 is written as LOAD DATA wants it', () => {
  assert.equal(load('year', 'int', 0), '0000');
  assert.equal(load('year', 'int', 2026), '2026');
  assert.equal(sql('year', 'int', 0), '0');
});

test('a schema of the registry tells table, key and the kind of every column', () => {
  const columns = [
    { name: 'id', type: 'bigint unsigned' },
    { name: 'made in', type: 'year', nullable: true },
    { name: 'raw', type: 'varbinary(3)', nullable: true },
  ];
  const schema = parseRowSchema(envelopeOf({ schema: 's', table: 't', key: ['id'], columns }));
  assert.deepEqual(
    schema?.columns.map(({ name, kind, nullBranch }) => [name, kind, nullBranch]),
    [
      ['id', 'decimal', undefined],
      ['made in', 'year', 0],
      ['raw', 'bytes', 0],
    ],
  );
  assert.deepEqual([schema?.schema, schema?.table, schema?.key], ['s', 't', ['id']]);
});
