import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Batcher } from '../../../../../services/loader/batcher.ts';
import { netChange, newerChanges } from '../../../../../services/loader/quarantine/newest-row.ts';
import type { QuarantinedRecord, QuarantinedRow } from '../../../../../services/loader/quarantine/quarantine-table.ts';
import { unitsOf } from '../../../../../services/loader/quarantine/row-units.ts';
import type { Source } from '../../../../../shared/codec/avro-bytes.ts';
import { DELETE, emptyHead, INSERT, UPDATE } from '../../../../../shared/codec/record-head.ts';
import type { CompiledPlan, RowEvent } from '../../../../../shared/rows/row-event.ts';

const skip = (from: Source): void => {
  from.at += 1;
};
/** Rows of two columns of a byte each: key and value. */
const PLAN = {
  source: {
    columns: [
      { name: 'k', skip },
      { name: 'v', skip },
    ],
    beforeBranch: 1,
    afterBranch: 1,
  },
} as unknown as CompiledPlan;

type Image = readonly [key: number, value: number] | undefined;

function body(before: Image, after: Image): Buffer {
  const bytes = (image: Image): number[] => (image === undefined ? [0] : [2, ...image]);
  return Buffer.from([...bytes(before), ...bytes(after)]);
}

function event(op: number, before: Image, after: Image, origin?: RowEvent): RowEvent {
  const value = body(before, after);
  return { plan: PLAN, op, key: null, value, bodyAt: 0, offset: '7', ...(origin && { origin }) };
}

const move = (from: Image, to: Image): RowEvent[] => [event(DELETE, from, to), event(INSERT, from, to)];

test('the two halves of a change of key are one UPDATE with both images; other deletes and inserts stand alone', () => {
  const plain = [event(DELETE, [1, 1], undefined), event(INSERT, undefined, [1, 2])];
  const units = unitsOf([
    ...move([1, 0], [2, 0]),
    ...move([3, 0], [4, 0]),
    ...plain,
    ...move([5, 0], [6, 0]).slice(0, 1),
  ]);
  assert.deepEqual(
    units.map(({ events, made }) => [events.map(({ op }) => op).join(), made.length]),
    [
      [`${UPDATE}`, 2],
      [`${UPDATE}`, 2],
      [`${DELETE}`, 1],
      [`${INSERT}`, 1],
      [`${DELETE}`, 1],
    ],
  );
  assert.deepEqual(units[0]?.events[0]?.value, body([1, 0], [2, 0]));
});

test('halves of which a mapping keeps something, a mark or a copy, are not put together', () => {
  const [left, arrived] = move([1, 0], [2, 0]) as [RowEvent, RowEvent];
  const mark = event(UPDATE, [1, 0], [1, 9], left);
  assert.equal(unitsOf([mark, { ...arrived, origin: arrived }]).length, 2);
});

test('a large transaction is never cut between the two halves', () => {
  const batcher = new Batcher({ maxRows: 3, maxBytes: 1 << 20 });
  for (const each of [...move([1, 0], [2, 0]), ...move([3, 0], [4, 0])].slice(0, 3)) {
    batcher.add(each);
    batcher.reach({ ...emptyHead(), last: false }, each.value, each.offset);
  }
  assert.ok(batcher.isFull);
  assert.equal(batcher.take()?.events.length, 2);
  batcher.add(event(INSERT, [3, 0], [4, 0]));
  batcher.reach({ ...emptyHead(), last: true }, Buffer.alloc(0), '9');
  assert.deepEqual(
    unitsOf(batcher.take()?.events ?? []).map(({ made }) => made.length),
    [2],
  );
});

/** Changes of one row as the source makes them: from a row, or none, to another, or none. */
const history = fc
  .array(fc.option(fc.tuple(fc.nat(3), fc.nat(250)), { nil: undefined }), { minLength: 2, maxLength: 8 })
  .map((states) =>
    states.filter((state, index) => index === 0 || state !== undefined || states[index - 1] !== undefined),
  )
  .filter((states) => states.length > 1);

function recordOf(before: Image, after: Image): QuarantinedRecord {
  const op = before === undefined ? INSERT : after === undefined ? DELETE : UPDATE;
  return { schemaId: 1, op, head: Buffer.alloc(0), key: null, body: body(before, after) };
}

test('one change stands for a first and a last one and all between: it begins where the first begins and ends where the last ends', () => {
  fc.assert(
    fc.property(history, (states) => {
      const records = states.slice(1).map((after, index) => recordOf(states[index], after));
      const [first, last] = [records[0], records.at(-1)] as [QuarantinedRecord, QuarantinedRecord];
      const { op, body: net } = netChange(PLAN, first, last);
      const [from, to] = [states[0], states.at(-1)];
      const gone = from ?? states.at(-2);
      assert.deepEqual(net, body(to === undefined ? gone : from, to));
      assert.equal(op, to === undefined ? DELETE : from === undefined ? INSERT : UPDATE);
    }),
  );
});

test('the newer changes of a row are those of its key behind it, also under the keys that it gets, and not those of who has its old key then', () => {
  const row = (
    transaction: number,
    keys: readonly string[],
    state: QuarantinedRow['state'] = 'waiting',
  ): QuarantinedRow =>
    ({
      place: { epoch: 1, transaction, ordinal: 0 },
      state,
      locks: { own: [], parents: [], leaves: [], row: keys },
    }) as unknown as QuarantinedRow;
  const refused = row(5, ['k1', 'k1'], 'refused');
  const rows = [
    row(4, ['k1', 'k1']),
    refused,
    row(6, ['k2', 'k2']),
    row(7, ['k1', 'k1']),
    row(8, ['k1', 'k3']),
    row(9, ['k1']),
    row(10, ['k3', 'k3'], 'applied'),
    row(11, ['k3'], 'refused'),
    row(12, ['k1', 'k3']),
    row(13, ['k3']),
  ];
  assert.deepEqual(
    newerChanges(refused, rows).map(({ place }) => place.transaction),
    [7, 8, 11],
  );
  assert.deepEqual(newerChanges(row(5, []), rows), []);
});
