import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineHistory } from '../../../../../services/loader/history/pipeline-history.ts';

const HOUR = Date.parse('2026-11-21T10:00:00Z');
const MINUTE_MS = 60_000;
const rows = (inserts: number) => new Map([['shop.orders', { inserts, updates: 1, deletes: 0 }]]);

test('the minute is told while it lasts; longer steps take it over when it ends', () => {
  const history = new PipelineHistory({ uid: 'c/p', part: 'loader@1' }, HOUR);
  history.applied(rows(3), 2, 100);
  history.applied(rows(4), 1, 300);
  const during = history.take(HOUR + 15_000);
  assert.deepEqual(
    during.map(({ step }) => step.name),
    ['minutes'],
  );
  assert.deepEqual(during[0]?.record.tables, { 'shop.orders': [7, 2, 0] });
  assert.equal(during[0]?.record.transactions, 3);
  const after = history.take(HOUR + MINUTE_MS + 1);
  assert.deepEqual(
    after.map(({ step, record }) => [step.name, record.at, record.tables['shop.orders']?.[0]]),
    [
      ['minutes', HOUR, 7],
      ['tens', HOUR, 7],
      ['hours', HOUR, 7],
    ],
  );
  history.applied(rows(1), 1, 50);
  const [minute] = history.take(HOUR + MINUTE_MS + 2);
  assert.equal(minute?.record.at, HOUR + MINUTE_MS);
  assert.equal(minute?.record.tables['shop.orders']?.[0], 1);
});

test('a ten minutes that is over begins anew, the hour goes on; percentiles are of all samples', () => {
  const history = new PipelineHistory({ uid: 'c/p', part: 'loader@1' }, HOUR);
  for (let minute = 0; minute < 12; minute++) {
    for (let n = 0; n < 99; n++) history.applied(rows(1), 1, 10);
    history.applied(rows(1), 1, 5_000);
    const records = history.take(HOUR + (minute + 1) * MINUTE_MS);
    const tens = records.find(({ step }) => step.name === 'tens')?.record;
    const hours = records.find(({ step }) => step.name === 'hours')?.record;
    assert.equal(tens?.transactions, ((minute % 10) + 1) * 100);
    assert.equal(hours?.transactions, (minute + 1) * 100);
    assert.equal(hours?.lag?.p50, 10);
    assert.ok(Math.abs((hours?.lag?.max ?? 0) - 5_000) < 50);
    assert.equal(hours?.lag?.samples, (minute + 1) * 100);
  }
});

test('without a batch the lag of the pipeline is the sample, once a second', () => {
  const history = new PipelineHistory({ uid: 'c/p', part: 'loader@1' }, HOUR);
  history.applied(rows(1), 1, 20);
  history.look(9_000);
  history.look(2_000);
  history.look(undefined);
  const [minute] = history.take(HOUR + 1);
  assert.equal(minute?.record.lag?.samples, 2);
  assert.ok((minute?.record.lag?.max ?? 0) < 2_100);
});
