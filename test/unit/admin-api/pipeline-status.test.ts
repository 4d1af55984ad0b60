import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineView } from '../../../services/admin-api/pipeline-status.ts';
import type { Observed } from '../../../services/admin-api/status-view.ts';
import type { Channel } from '../../../shared/model/channel.ts';
import type { PipelineState, Status } from '../../../shared/model/status.ts';

const DATABASE = { site: 'sh', hosts: ['a:1'], user: 'u', password: { env: 'P' }, partitions: 1 };
const PIPELINE: Channel['pipelines'][number] = { name: 'p', from: 'order', to: 'otter', start: 'end', mappings: [] };
const CHANNEL: Channel = {
  apiVersion: 'lutra/v1',
  kind: 'Channel',
  name: 'shop',
  state: 'running',
  uid: 'u',
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  databases: {},
  resolved: { order: DATABASE, otter: { ...DATABASE, site: 'us' } },
  pipelines: [PIPELINE],
};
const NOW = 1_000_000;

function seen(role: Status['role'], state: PipelineState, ageMs = 0, instance: string = role): Observed {
  const rows = { inserts: 0, updates: 0, deletes: 0 };
  const names = role === 'loader' ? { channel: 'shop', pipeline: 'p' } : {};
  const reason = state === 'blocked' ? { reason: { code: 'X', message: 'm', remedy: 'r' } } : {};
  const status: Status = {
    role,
    site: 'x',
    instance,
    source: 'sh.order',
    state,
    since: 1,
    at: 1,
    rowsPerSecond: 7,
    transactions: 0,
    rows,
    tables: {},
    ...names,
    ...reason,
  };
  return { status, seenAt: NOW - ageMs };
}

function state(...observed: Observed[]): string {
  return pipelineView(CHANNEL, PIPELINE, observed, NOW).state;
}

test('a pipeline runs when its selector and its loader run', () => {
  assert.equal(state(seen('selector', 'running'), seen('loader', 'running')), 'running');
});

test('A10: a process that is silent for more than 6 s is lost, and so is its pipeline', () => {
  assert.equal(state(seen('selector', 'running', 6_000), seen('loader', 'running')), 'running');
  const view = pipelineView(CHANNEL, PIPELINE, [seen('selector', 'running', 6_001), seen('loader', 'running')], NOW);
  assert.deepEqual([view.state, view.reason?.code], ['lost', 'SELECTOR_LOST']);
});

test('the worst of the two gives state and reason', () => {
  const view = pipelineView(CHANNEL, PIPELINE, [seen('selector', 'waiting'), seen('loader', 'blocked')], NOW);
  assert.deepEqual([view.state, view.reason?.code], ['blocked', 'X']);
  assert.equal(state(seen('selector', 'running')), 'waiting');
  assert.equal(state(), 'waiting');
});

test('a living instance hides the ones before it, and a running one a standby', () => {
  assert.equal(
    state(seen('selector', 'running', 60_000, 'old'), seen('selector', 'running', 1, 'new'), seen('loader', 'running')),
    'running',
  );
  assert.equal(
    state(seen('selector', 'stopped', 0, 'a'), seen('selector', 'running', 3000, 'b'), seen('loader', 'running')),
    'running',
  );
});

test('a paused channel is paused whatever its processes say', () => {
  assert.equal(
    pipelineView({ ...CHANNEL, state: 'paused' }, PIPELINE, [seen('loader', 'blocked')], NOW).state,
    'paused',
  );
});

test('two selectors: the one at work is shown, and the other one is told as standing by, until it is lost', () => {
  const standby = seen('selector', 'standby', 0, 'b');
  const view = pipelineView(
    CHANNEL,
    PIPELINE,
    [standby, seen('selector', 'running', 900, 'a'), seen('loader', 'running')],
    NOW,
  );
  assert.deepEqual([view.state, view.selector?.instance, view.standby], ['running', 'a', ['selector b']]);
  const late = seen('selector', 'standby', 6_001, 'b');
  assert.equal(pipelineView(CHANNEL, PIPELINE, [late, seen('selector', 'running')], NOW).standby, undefined);
});

test('while nobody but a standby is left, the pipeline is not said to run', () => {
  assert.equal(
    state(seen('selector', 'standby', 0, 'b'), seen('selector', 'running', 6_001, 'a'), seen('loader', 'running')),
    'standby',
  );
});

test('loaders that share the partitions of a pipeline are shown as one, in the worst of their states', () => {
  const part = (instance: string, partition: number, shown: PipelineState): Observed => {
    const one = seen('loader', shown, 0, instance);
    const offsets = [{ topic: 't', partition, next: '5', end: '5' }];
    const rows = { inserts: 2, updates: 1, deletes: 0 };
    return {
      ...one,
      status: { ...one.status, offsets, rows, tables: { 's.t': rows }, lagMs: partition * 100, transactions: 3 },
    };
  };
  const idle = seen('loader', 'standby', 0, 'c');
  const { loader, state, offsets, lagMs, rows } = pipelineView(
    CHANNEL,
    PIPELINE,
    [idle, part('a', 1, 'running'), part('b', 0, 'stalled'), seen('selector', 'running')],
    NOW,
  );
  assert.deepEqual(
    [state, loader?.instance, lagMs, rows?.inserts, loader?.tables['s.t']?.updates],
    ['stalled', 'b', 100, 4, 2],
  );
  assert.deepEqual(
    offsets?.map(({ partition }) => partition),
    [0, 1],
  );
});
