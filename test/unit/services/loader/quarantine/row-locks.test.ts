import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LockSet, type RowLocks, type SourcePlace } from '../../../../../services/loader/quarantine/row-locks.ts';

const NONE: RowLocks = { own: [], parents: [], leaves: [], brings: [], row: [] };
const at = (transaction: number, ordinal = 0): SourcePlace => ({ epoch: 1, transaction, ordinal });

function holding(locks: Partial<RowLocks>, place = at(10)): LockSet {
  const set = new LockSet();
  set.add({ ...NONE, ...locks }, place);
  return set;
}

test('a change waits behind one of the same row or unique value, not behind others', () => {
  const set = holding({ own: ['s.t:1', 's.t:u'] });
  assert.ok(set.blocks({ ...NONE, own: ['s.t:2', 's.t:u'] }, at(11)));
  assert.ok(!set.blocks({ ...NONE, own: ['s.t:2', 's.t:v'] }, at(11)));
});

test('a child waits behind its parent, a sibling does not wait behind a child, and only a parent that goes waits behind its child', () => {
  const parent = holding({ own: ['s.p:1'] });
  assert.ok(parent.blocks({ ...NONE, own: ['s.c:1'], parents: ['s.p:1'] }, at(11)));
  const child = holding({ own: ['s.c:1'], parents: ['s.p:1'] });
  assert.ok(!child.blocks({ ...NONE, own: ['s.c:2'], parents: ['s.p:1'] }, at(11)));
  assert.ok(!child.blocks({ ...NONE, own: ['s.p:1'] }, at(11)));
  assert.ok(child.blocks({ ...NONE, own: ['s.p:1'], leaves: ['s.p:1'] }, at(11)));
  assert.ok(child.brings({ ...NONE, own: ['s.p:1'], brings: ['s.p:1'] }));
});

test('regression 21: an old event that comes again goes by what came after it, and the waiting row itself waits where it is', () => {
  const set = holding({ own: ['s.t:1'] });
  assert.ok(!set.blocks({ ...NONE, own: ['s.t:1'] }, at(9, 99)));
  assert.ok(set.blocks({ ...NONE, own: ['s.t:1'] }, at(10)));
  set.add({ ...NONE, own: ['s.t:1'] }, at(4));
  assert.ok(set.blocks({ ...NONE, own: ['s.t:1'] }, at(9, 99)));
});

test('only tables that have to do with what waits are looked at', () => {
  const set = new LockSet();
  assert.ok(set.isEmpty);
  set.add({ ...NONE, own: ['s.a:b:x'], parents: ['s.p:1'] }, at(1));
  assert.deepEqual(
    ['s.a:b', 's.p', 's.a', 's.c'].map((table) => set.concerns(table)),
    [true, true, false, false],
  );
});

test('whatever order changes come in, those of one key wait as soon as one of them does', () => {
  const change = fc.record({ key: fc.integer({ min: 1, max: 4 }), isPoison: fc.boolean() });
  const property = fc.property(fc.array(change), (changes) => {
    const set = new LockSet();
    const stopped = new Set<number>();
    for (const [index, { key, isPoison }] of changes.entries()) {
      const locks = { ...NONE, own: [`s.t:${key}`] };
      assert.equal(set.blocks(locks, at(index)), stopped.has(key));
      if (!isPoison && !stopped.has(key)) continue;
      stopped.add(key);
      set.add(locks, at(index));
    }
  });
  fc.assert(property);
});
