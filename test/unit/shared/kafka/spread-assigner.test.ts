import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { sharesOf } from '../../../../shared/kafka/spread-assigner.ts';

function member(name: string): string {
  return `lutra-loader-${name}-${randomUUID()}`;
}

test('the partitions of a topic are shared evenly', () => {
  const shares = sharesOf('t', [3, 1, 0, 2, 4], [member('a'), member('b')]);
  assert.deepEqual(
    [...shares.values()].map(({ length }) => length),
    [3, 2],
  );
  assert.deepEqual([...shares.values()].flat().toSorted(), [0, 1, 2, 3, 4]);
});

test('topics of one partition are spread over all members', () => {
  const members = [member('a'), member('b'), member('c')];
  const counts = new Map(members.map((id) => [id, 0]));
  for (let n = 0; n < 300; n++)
    for (const id of sharesOf(`lutra.rows.sh.s-${n}`, [0], members).keys()) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const count of counts.values()) assert.ok(count > 70, String([...counts.values()]));
});

test('a member that comes again under its name gets its partitions again, in whatever order members are listed', () => {
  for (let n = 0; n < 20; n++) {
    const names = ['a', 'b', 'c'];
    const owner = (ids: string[]): string => [...sharesOf(`t-${n}`, [0], ids).keys()].join().slice(0, 14);
    assert.equal(owner(names.map(member)), owner(names.toReversed().map(member)));
  }
});
