import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HistoryCache } from '../../../services/admin-api/observe/history-cache.ts';
import { historySteps } from '../../../services/admin-api/observe/history-view.ts';
import type { HistoryRecord } from '../../../shared/model/history.ts';
import { HISTORY_STEPS } from '../../../topics/topics.ts';

const [MINUTE] = HISTORY_STEPS;
const AT = Date.parse('2026-11-21T10:00:00Z');

function record(change: Partial<HistoryRecord>): { step: typeof MINUTE; record: HistoryRecord } {
  const lag = { p50: 10, p99: 20, max: 30, samples: 1 };
  return { step: MINUTE, record: { uid: 'c/p', part: 'a', at: AT, transactions: 1, lag, tables: {}, ...change } };
}
const query = { uids: ['c/p'], table: '', stepMs: MINUTE.stepMs, bucketMs: MINUTE.stepMs, from: AT, to: AT + 600_000 };

test('the last record of a key counts, parts add up, lags are weighed by samples', () => {
  using cache = new HistoryCache('', 'kafka');
  cache.store('t', 1n, [record({ tables: { 's.t': [1, 0, 0] } })]);
  cache.store('t', 3n, [
    record({ tables: { 's.t': [5, 1, 0] }, transactions: 4 }),
    record({ part: 'b', tables: { 's.t': [0, 0, 2] }, lag: { p50: 40, p99: 90, max: 95, samples: 2 } }),
  ]);
  const [point, ...more] = cache.points(query);
  assert.deepEqual(more, []);
  assert.deepEqual(point, {
    at: AT,
    ...{ inserts: 5, updates: 1, deletes: 2, transactions: 5 },
    ...{ lagP50: 30, lagP99: 90, lagMax: 95 },
  });
  assert.equal(cache.points({ ...query, table: 's.t' })[0]?.inserts, 5);
  assert.equal('lagP50' in (cache.points({ ...query, table: 's.t' })[0] ?? {}), false);
  assert.deepEqual(cache.totals(['c/p'], MINUTE.stepMs), [
    { uid: 'c/p', table: 's.t', inserts: 5, updates: 1, deletes: 2 },
  ]);
});

test('points of a history are as long as a part of a day, and no more than asked for', () => {
  const minutes = (back: number, points: number): readonly [number, number] => {
    const { stepMs, bucketMs } = historySteps({ from: AT - back * 3_600_000, to: AT, points }, AT);
    return [stepMs / 60_000, bucketMs / 60_000];
  };
  assert.deepEqual(minutes(1, 400), [1, 1]);
  assert.deepEqual(minutes(24, 400), [1, 5]);
  assert.deepEqual(minutes(7 * 24, 400), [10, 30]);
  assert.deepEqual(minutes(30 * 24, 400), [60, 120]);
  assert.deepEqual(minutes(365 * 24, 400), [60, 24 * 60]);
  assert.deepEqual(minutes(365 * 24, 100), [60, 4 * 24 * 60]);
  assert.deepEqual(minutes(1, 7), [1, 10]);
});

test('a cache goes on where it was read to; that of another Kafka is emptied; what is too old goes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  try {
    const file = join(folder, 'h.sqlite');
    {
      using cache = new HistoryCache(file, 'kafka');
      cache.store('t', 7n, [record({}), record({ at: AT + 60_000 })]);
    }
    {
      using cache = new HistoryCache(file, 'kafka');
      assert.equal(cache.nextOffset('t'), 7n);
      assert.equal(cache.points(query).length, 2);
      for (const _step of cache.purge(HISTORY_STEPS, AT + 60_000 + MINUTE.keptMs));
      assert.deepEqual(
        cache.points(query).map(({ at }) => at),
        [AT + 60_000],
      );
    }
    using other = new HistoryCache(file, 'another');
    assert.equal(other.nextOffset('t'), undefined);
    assert.deepEqual(other.points(query), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('A12: a year of 500 pipelines is asked for in a moment', (t) => {
  using cache = new HistoryCache('', 'kafka');
  const [, , hour] = HISTORY_STEPS;
  const HOURS = 400 * 24;
  const uids = [...Array(500).keys()].map((n) => `c${n}/p`);
  // The one that is asked for has a full year, the others fill the file around it.
  for (const [index, uid] of uids.entries()) {
    const hours = index === 250 ? HOURS : 240;
    const records = [...Array(hours).keys()].map((n) => ({
      step: hour,
      record: {
        ...record({}).record,
        uid,
        at: AT - n * hour.stepMs,
        tables: { 's.t': [1, 1, 1] as [number, number, number] },
      },
    }));
    cache.store('t', BigInt(index), records);
  }
  const began = performance.now();
  const points = cache.points({
    uids: ['c250/p'],
    table: '',
    stepMs: hour.stepMs,
    bucketMs: 86_400_000,
    from: AT - 400 * 86_400_000,
    to: AT + 1,
  });
  const ms = performance.now() - began;
  t.diagnostic(`${points.length} points in ${ms.toFixed(1)} ms`);
  assert.ok(points.length >= 400 && points.length <= 402);
  assert.ok(ms < 500);
});
