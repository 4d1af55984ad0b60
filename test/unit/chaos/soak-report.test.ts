import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile, soakViolations, trendOf } from '../../../chaos/soak/report.ts';

const QUIET = {
  watches: [],
  readers: 1,
  calmAfterMs: 1,
  compared: { rows: 1, tables: 1 },
  codes: new Map(),
  troubles: [],
};

test('25: memory that grows, and a source that was connected to anew, fail a soak run; neither a peak in between nor what a burst leaves does', () => {
  const steady = Array.from({ length: 40 }, (_, n) => (n === 25 ? 400 : 150));
  const stepped = Array.from({ length: 40 }, (_, n) => (n < 20 ? 150 : 240));
  const growing = Array.from({ length: 40 }, (_, n) => 100 + 6 * n);
  const found = (name: string, seriesMb: readonly number[], readers = 1): string[] =>
    soakViolations({
      ...QUIET,
      readers,
      trends: [trendOf(name, seriesMb)],
      peaksMb: new Map([[name, Math.max(...seriesMb)]]),
    });
  assert.deepEqual(found('loader-us', steady), []);
  assert.deepEqual(found('selector-sh', stepped), []);
  assert.match(found('loader-us', growing).join(), /loader-us grew from/);
  assert.deepEqual(found('kafka-sh', growing), []);
  assert.match(found('loader-us', steady, 2).join(), /2 connections/);
});

test('percentiles are values that were seen', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  assert.deepEqual(
    [50, 99].map((percent) => percentile(values, percent)),
    [51, 100],
  );
});
