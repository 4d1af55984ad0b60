import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Column, Type } from '../../../../services/selector/column.ts';
import { EventReader } from '../../../../services/selector/event-reader.ts';
import { RowPlan } from '../../../../services/selector/row-plan.ts';
import { AvroWriter } from '../../../../shared/codec/avro-writer.ts';

function column(name: string, type: number, meta: number, charset = ''): Column {
  return { name, type, meta, charset, unsigned: false, nullable: false, maxCharBytes: 4, members: [] };
}

const COLUMNS = [
  column('id', Type.LONG, 0),
  column('price', Type.NEWDECIMAL, (10 << 8) | 2),
  column('at', Type.DATETIME2, 3),
  column('name', Type.VARCHAR, 80, 'utf8mb4'),
  column('address', Type.VARCHAR, 1020, 'utf8mb4'),
];
/** 7, 12.34, 2026-11-21 08:09:10.123, 'ab', '好'. */
const ROW = Buffer.from('00 07000000 8000000c22 99bb6a824a04ce 026162 0300e5a5bd'.replaceAll(' ', ''), 'hex');
const plan = new RowPlan({ schema: 'shop', table: 'orders', columns: COLUMNS, key: [0] });

function image(bytes: Buffer): string {
  const out = new AvroWriter();
  plan.image(new EventReader().open(bytes, 0, bytes.length), out);
  return out.bytes.toString('utf8', 0, out.at);
}

test('a row leaves as Avro: numbers, decimal and date as text, UTF-8 as it is', () => {
  assert.equal(image(ROW), '\x0e\x0a12.34\x2e2026-11-21 08:09:10.123\x04ab\x06好');
});

test('a row that is cut off anywhere is an error of its table, also where nothing lies behind it', () => {
  for (let length = 1; length < ROW.length; length++) {
    const cut = Buffer.from(ROW.subarray(0, length));
    assert.throws(() => image(cut), /^RangeError: .*shop\.orders/, `${length} bytes`);
  }
});

test('digits and years that no server writes are errors that name the column', () => {
  const damaged = (at: number, bytes: string): Buffer => {
    const row = Buffer.from(ROW);
    row.write(bytes, at, 'hex');
    return row;
  };
  assert.throws(
    () => image(damaged(9, 'ff')),
    /column price of shop\.orders: a DECIMAL has a digit group that is none/,
  );
  assert.throws(() => image(damaged(10, '00')), /column at of shop\.orders: a date lies in the year -/);
});
