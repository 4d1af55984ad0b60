import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { avroName } from '../../../../shared/codec/avro-name.ts';
import { AvroWriter } from '../../../../shared/codec/avro-writer.ts';
import { KeyWriter } from '../../../../shared/codec/key-writer.ts';

const prefix = Buffer.from('["shop","t"');

function keyOf(avro: string, write: (out: AvroWriter) => void): string {
  const out = new AvroWriter(16);
  out.reserve(32);
  write(out);
  const key = new KeyWriter();
  key.begin(prefix);
  key.cell(avro, out, 0);
  key.end();
  return key.bytes.toString('utf8', 0, key.length);
}

test('a whole number stands in the key as JSON has it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
      assert.equal(
        keyOf('long', (out) => out.bigLong(n)),
        `["shop","t",${n}]`,
      );
    }),
  );
});

test('numbers written by the short ways read like those written by the long way', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (n) => {
      assert.equal(
        keyOf('long', (out) => out.long(n)),
        `["shop","t",${n}]`,
      );
    }),
  );
});

test('text stands in the key as a JSON string, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const key = keyOf('string', (out) => out.text(text));
      assert.deepEqual(JSON.parse(key), ['shop', 't', text]);
    }),
  );
});

test('bytes stand in the key as hex', () => {
  assert.equal(
    keyOf('bytes', (out) => out.slice(Buffer.from([0, 255, 16]), 0, 3)),
    '["shop","t","00ff10"]',
  );
});

test('any SQL name has an Avro name, and different names stay different', () => {
  assert.equal(avroName('order-id'), 'order_x2d_id');
  assert.equal(avroName('1st'), '_x31_st');
  assert.equal(avroName('金额'), '_x91d1__x989d_');
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(avroName(name)),
    ),
  );
});
