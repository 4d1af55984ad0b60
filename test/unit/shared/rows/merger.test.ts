import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DELETE, INSERT, UPDATE } from '../../../../shared/codec/record-head.ts';
import { merge } from '../../../../shared/rows/merger.ts';
import type { CompiledPlan, RowEvent } from '../../../../shared/rows/row-event.ts';

const plan = (target: string, source = target, kind = 'upsert'): CompiledPlan =>
  ({
    kind,
    sourceName: source,
    isRecordKeyed: true,
    target: { quoted: target },
    keyPrefixBytes: JSON.stringify(['s', source]).length - 1,
  }) as unknown as CompiledPlan;

const a = plan('a');
const b = plan('b');
const a2 = plan('a', 'shard2');
const kept = plan('k', 'k', 'rows');

function event(of: CompiledPlan, op: number, id: number, value: number): RowEvent {
  const key = Buffer.from(JSON.stringify(['s', of.sourceName, id]));
  return { plan: of, op, key, value: Buffer.from([value]), bodyAt: 0, offset: '0' };
}

const rowId = ({ key }: RowEvent): string => (JSON.parse(String(key)) as unknown[]).slice(2).join();

/** The target's tables after setting and removing rows. */
class Target {
  readonly rows = new Map<string, number>();
  set = (e: RowEvent): unknown => this.rows.set(`${e.plan.target.quoted}/${rowId(e)}`, e.value[0] ?? 0);
  remove = (e: RowEvent): unknown => this.rows.delete(`${e.plan.target.quoted}/${rowId(e)}`);
  one = (e: RowEvent): unknown => (e.op === DELETE ? this.remove(e) : this.set(e));
}

test('a merged batch leaves what the events one by one leave', () => {
  const events = fc.array(
    fc
      .tuple(fc.constantFrom(a, b, a2, kept), fc.constantFrom(INSERT, UPDATE, DELETE), fc.nat(4), fc.nat(200))
      .map(([of, op, id, value]) => event(of, op, id, value)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, (list) => {
      const expected = new Target();
      for (const e of list) expected.one(e);
      const merged = merge(list);
      const found = new Target();
      for (const { deletes } of merged.tables) deletes.forEach(found.remove);
      for (const { inserts, updates } of merged.tables) [...inserts, ...updates].forEach(found.set);
      merged.ordered.forEach(found.one);
      assert.deepEqual(new Map([...found.rows].sort()), new Map([...expected.rows].sort()));
    }),
    { numRuns: 500 },
  );
});

test('insert then delete is a delete, because a replay may find the row there', () => {
  const [changes] = merge([event(a, INSERT, 1, 1), event(a, DELETE, 1, 0)]).tables;
  assert.equal(changes?.deletes.length, 1);
  assert.deepEqual([changes?.inserts.length, changes?.updates.length], [0, 0]);
});

test('events of tables that keep their order are not merged', () => {
  const events = [event(kept, INSERT, 1, 1), event(kept, UPDATE, 1, 2), event(kept, DELETE, 1, 0)];
  assert.deepEqual(merge(events).ordered, events);
});
