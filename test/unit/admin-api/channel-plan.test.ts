import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependents, planChannels } from '../../../services/admin-api/channel-plan.ts';
import type { Channel, ChannelDocument, Database } from '../../../shared/model/channel.ts';

const ORDER: Database = { site: 'sh', hosts: ['a:1'], user: 'u', password: { env: 'P' }, partitions: 1 };
const OTTER: Database = { ...ORDER, site: 'us', hosts: ['b:1'] };

function document(
  name: string,
  databases: Record<string, Database>,
  more: Partial<ChannelDocument> = {},
): ChannelDocument {
  const mappings = [{ from: { schema: 'a', table: '*' }, to: { schema: 'b', table: '*' } }];
  const pipelines = [{ name: 'p', from: 'order', to: 'otter', start: 'end' as const, mappings }];
  return { apiVersion: 'lutra/v1', kind: 'Channel', name, databases, pipelines, ...more };
}

function apply(current: ReadonlyMap<string, Channel>, ...documents: ChannelDocument[]) {
  const plan = planChannels(current, documents, 5, () => 'uid');
  const next = new Map(current);
  for (const channel of plan.writes) next.set(channel.name, channel);
  return { ...plan, next };
}

test('a new channel runs, has revision 1 and the databases of others filled in', () => {
  const first = apply(new Map(), document('base', { order: ORDER, otter: OTTER }));
  assert.deepEqual(
    first.applied.map(({ outcome, revision }) => [outcome, revision]),
    [['created', 1]],
  );
  assert.equal(first.next.get('base')?.state, 'running');
  const second = apply(first.next, document('user', {}));
  assert.deepEqual(second.next.get('user')?.resolved, { order: ORDER, otter: OTTER });
});

test('an unchanged document writes nothing, and a left-out state keeps the state', () => {
  const { next } = apply(new Map(), document('base', { order: ORDER, otter: OTTER }, { state: 'paused' }));
  const again = apply(next, document('base', { order: ORDER, otter: OTTER }));
  assert.deepEqual([again.applied[0]?.outcome, again.writes.length], ['unchanged', 0]);
  const changed = apply(next, document('base', { order: ORDER, otter: OTTER }, { description: 'x' }));
  assert.deepEqual(
    [changed.writes[0]?.state, changed.writes[0]?.revision, changed.writes[0]?.uid],
    ['paused', 2, 'uid'],
  );
});

test('a changed database rewrites the channels that use it', () => {
  const { next } = apply(new Map(), document('base', { order: ORDER, otter: OTTER }), document('user', {}));
  const moved = apply(next, document('base', { order: { ...ORDER, hosts: ['c:1'] }, otter: OTTER }));
  assert.deepEqual(
    moved.applied.map(({ name, outcome, changed }) => [name, outcome, changed]),
    [
      ['base', 'configured', ['databases', 'resolved']],
      ['user', 'configured', ['resolved']],
    ],
  );
  assert.deepEqual(moved.next.get('user')?.resolved.order?.hosts, ['c:1']);
});

test('a start that is changed later is said to have no effect', () => {
  const { next } = apply(new Map(), document('base', { order: ORDER, otter: OTTER }));
  const [pipeline] = document('base', {}).pipelines;
  const pipelines = pipeline === undefined ? [] : [{ ...pipeline, start: 'beginning' as const }];
  const { applied } = apply(next, document('base', { order: ORDER, otter: OTTER }, { pipelines }));
  assert.match(applied[0]?.notes[0] ?? '', /keeps its place/);
});

test('the users of a database that only one channel defines are its dependents', () => {
  const { next } = apply(new Map(), document('base', { order: ORDER, otter: OTTER }), document('user', {}));
  assert.deepEqual(
    [...dependents(next, 'base')],
    [
      ['order', ['user']],
      ['otter', ['user']],
    ],
  );
  assert.deepEqual([...dependents(next, 'user')], []);
});
