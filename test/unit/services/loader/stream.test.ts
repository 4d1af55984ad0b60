import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Batcher } from '../../../../services/loader/batcher.ts';
import { judge } from '../../../../services/loader/continuity.ts';
import { compileStartFilter } from '../../../../services/loader/start-filter.ts';
import { emptyHead, readHead, readLog, schemaIdOf } from '../../../../shared/codec/record-head.ts';
import type { RowEvent } from '../../../../shared/rows/row-event.ts';
import { RecordStream, TableEncoder } from '../../../support/row-records.ts';

const encoder = new TableEncoder({ schema: 's', table: 't', key: ['id'], columns: [{ name: 'id', type: 'int' }] }, 77);

test('the head is read as an independent encoder wrote it', () => {
  const long = fc.integer({ min: 0, max: 2 ** 52 - 1 });
  const source = fc.record({
    epoch: long,
    transaction: long,
    ordinal: long,
    serial: long,
    last: fc.boolean(),
    committed: long,
    gtid: fc.string(),
    file: fc.string({ unit: 'grapheme' }),
    position: long,
  });
  fc.assert(
    fc.property(source, (expected) => {
      const { value } = encoder.encode(expected, { op: 'u', before: { id: 1 }, after: { id: 1 } });
      const head = emptyHead();
      assert.equal(schemaIdOf(value), 77);
      assert.ok(readHead(value, { bytes: value, at: 0 }, head));
      const { epoch, transaction, serial, last, committed } = head;
      const { ordinal: _, ...wanted } = expected;
      assert.deepEqual({ epoch, transaction, serial, last, committed, ...readLog(value, head.logAt) }, wanted);
    }),
  );
});

test('a serial that follows is new, one that does not rise is a repeat, a jump is a gap, in a new epoch as well', () => {
  const last = { epoch: 2, serial: 10 };
  assert.equal(judge(undefined, { epoch: 1, serial: 500 }), 'new');
  assert.equal(judge(last, { epoch: 2, serial: 11 }), 'new');
  assert.equal(judge(last, { epoch: 3, serial: 11 }), 'new');
  assert.equal(judge(last, { epoch: 3, serial: 8 }), 'new', 'published again because it was not saved');
  assert.equal(judge(last, { epoch: 2, serial: 10 }), 'repeat');
  assert.equal(judge(last, { epoch: 1, serial: 99 }), 'repeat');
  assert.equal(judge(last, { epoch: 2, serial: 12 }), 'gap');
  assert.equal(judge(last, { epoch: 3, serial: 12 }), 'gap');
});

test('a start by file and position leaves out what begins before it, whatever the length of the number', () => {
  const isBefore = compileStartFilter({ file: 'bin.000999', position: 500 });
  const at = (file: string, position: number): boolean | undefined => isBefore?.({ gtid: '', file, position });
  assert.deepEqual(
    [at('bin.000999', 499), at('bin.000999', 500), at('bin.1000', 4), at('bin.000998', 9999)],
    [true, false, false, true],
  );
});

test('a batch ends at a transaction boundary, and only a huge transaction is cut', () => {
  const stream = new RecordStream();
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 30 }), (transactions, maxRows) => {
      const batcher = new Batcher({ maxRows, maxBytes: 1 << 20 });
      const parts: { rows: number; isFinal: boolean; ends: bigint }[] = [];
      let offset = 0;
      for (const size of transactions) {
        for (const { value } of stream.transact(
          Array.from({ length: size }, () => ({ encoder, change: { op: 'c', after: { id: 1 } } })),
        )) {
          const head = emptyHead();
          readHead(value, { bytes: value, at: 0 }, head);
          batcher.add({ value } as unknown as RowEvent);
          batcher.reach(head, value, String(offset++));
          while (batcher.isFull) take(batcher, parts);
        }
      }
      while (batcher.isDue) take(batcher, parts);
      const ends = new Set(transactions.map((_, i) => BigInt(transactions.slice(0, i + 1).reduce((a, b) => a + b))));
      assert.equal(
        parts.reduce((sum, { rows }) => sum + rows, 0),
        offset,
      );
      for (const { isFinal, ends: end } of parts) assert.ok(!isFinal || ends.has(end));
      assert.ok(parts.at(-1)?.isFinal);
    }),
  );
});

function take(batcher: Batcher, parts: { rows: number; isFinal: boolean; ends: bigint }[]): void {
  const batch = batcher.take();
  assert.ok(batch !== undefined);
  parts.push({ rows: batch.events.length, isFinal: batch.isFinal, ends: batch.checkpoint.nextOffset });
}
