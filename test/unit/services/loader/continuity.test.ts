import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Continuity } from '../../../../services/loader/continuity.ts';
import type { Cursor } from '../../../../services/loader/cursor.ts';
import { emptyHead, readHead } from '../../../../shared/codec/record-head.ts';
import { RecordStream, TableEncoder, type TestRecord } from '../../../support/row-records.ts';

const encoder = new TableEncoder({ schema: 's', table: 't', key: ['id'], columns: [{ name: 'id', type: 'int' }] }, 77);
const owner = { channel: 'shop', pipeline: 'orders' };
const low = async (): Promise<bigint> => 0n;

/** One partition from the selector to the loader. */
class Bench {
  readonly stream = new RecordStream();
  readonly order: Continuity;
  private offset = 0;

  constructor(cursor: Partial<Cursor> = {}) {
    const whole = { offset: 0n, identity: undefined, committed: 0, ...cursor };
    this.order = new Continuity(owner, 'partition 0 of x', whole);
  }

  /** A transaction of so many rows. */
  transact(rows = 1): TestRecord[] {
    return this.stream.transact(
      Array.from({ length: rows }, (_, id) => ({ encoder, change: { op: 'c' as const, after: { id } } })),
    );
  }

  heartbeat(): TestRecord[] {
    return [this.stream.heartbeat(1)];
  }

  read(records: readonly TestRecord[], how: 'accept' | 'follow' = 'accept'): (string | boolean)[] {
    return records.map(({ key, value }) => {
      const head = emptyHead();
      assert.ok(readHead(value, { bytes: value, at: 0 }, head));
      return this.order[how]({ key, value, offset: String(this.offset++), timestamp: '0' }, value, head);
    });
  }
}

test('what is missing is told: how many records, between which times, and the command that accepts it', () => {
  const bench = new Bench();
  bench.read(bench.transact());
  bench.transact(3);
  assert.throws(
    () => bench.read(bench.transact()),
    ({ code, message, remedy }: Error & { code: string; remedy: string }) => {
      assert.equal(code, 'STREAM_GAP');
      assert.match(message, /partition 0 of x: after serial 1 of epoch 1 comes serial 5 .* offset 1, so 3 records/);
      assert.match(message, /between 20\d\d-\S+Z and 20\d\d-\S+Z \(binlog\.000007:\d+\)/);
      assert.match(remedy, /lutra seek shop --pipeline orders --to-offset 1/);
      return true;
    },
  );
});

test('a loss inside a transaction can only be accepted by leaving its rest out', () => {
  const bench = new Bench();
  const [first, , third] = bench.transact(3);
  bench.read([first as TestRecord]);
  assert.equal(bench.order.isAtBoundary, false);
  assert.throws(() => bench.read([third as TestRecord]), { remedy: /lutra skip shop --pipeline orders, / });
});

test('a heartbeat shows a loss at the end of a stream, in a new epoch as well, and none when nothing is missing', () => {
  const bench = new Bench();
  bench.read(bench.transact());
  assert.deepEqual(bench.read(bench.heartbeat(), 'follow'), [false]);
  bench.stream.epoch = 2;
  assert.deepEqual(bench.read(bench.heartbeat(), 'follow'), [false]);
  assert.deepEqual(bench.read(bench.transact()), ['new']);
  bench.transact();
  bench.stream.epoch = 3;
  assert.throws(() => bench.read(bench.heartbeat(), 'follow'), { code: 'STREAM_GAP', message: /so 1 record before/ });
});

test('an epoch that begins below the last serial is followed from its own first record', () => {
  const bench = new Bench();
  bench.read(bench.transact(5));
  bench.stream.epoch = 2;
  bench.stream.serial = 3;
  bench.read(bench.heartbeat(), 'follow');
  bench.transact();
  assert.throws(() => bench.read(bench.transact()), { message: /after serial 3 of epoch 2 comes serial 5/ });
});

test('behind an offset that an operator set, the first record that tells a serial makes it known', () => {
  const bench = new Bench();
  bench.transact(4);
  assert.deepEqual(bench.read(bench.heartbeat(), 'follow'), [true]);
  bench.transact();
  assert.throws(() => bench.read(bench.transact()), { code: 'STREAM_GAP' });
});

test('offsets must follow each other as long as no serial is known', async () => {
  const block = (first: bigint) => ({ records: [], first, next: first + 10n });
  const unknown = new Bench({ offset: 5n }).order;
  await unknown.expect(block(5n), low);
  await unknown.expect(block(17n), low); // control records lie in between
  await assert.rejects(
    unknown.expect(block(40n), async () => 40n),
    { message: /the records from offset 27 up to 39 are gone in partition 0 of x/ },
  );
  await assert.rejects(new Bench({ offset: 5n }).order.expect(block(0n), low), { message: /offset 5 is no longer/ });
  await new Bench({ offset: 5n, identity: { epoch: 1, serial: 3 } }).order.expect(block(40n), async () => 40n);
});
