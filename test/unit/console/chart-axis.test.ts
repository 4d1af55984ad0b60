import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DURATION_STEPS,
  durationLabel,
  numberLabel,
  timeLabels,
} from '../../../services/admin-api/console/src/design/chart-axis.ts';

const at = (text: string): number => new Date(text).getTime() / 1_000;
const every = (from: string, stepS: number, count: number): number[] =>
  [...Array(count).keys()].map((n) => at(from) + n * stepS);

test('axis of times: the clock, with the day where it begins; days and months, with the year where it begins', () => {
  const hours = every('2026-11-21T21:00', 2 * 3_600, 3);
  assert.deepEqual(timeLabels(hours, 2 * 3_600, 'en'), ['21:00\n21 Nov', '23:00', '01:00\n22 Nov']);
  assert.deepEqual(timeLabels(hours, 2 * 3_600, 'zh'), ['21:00\n11月21日', '23:00', '01:00\n11月22日']);
  assert.deepEqual(timeLabels(every('2026-11-21T10:00:30', 30, 2), 30, 'en'), ['10:00:30\n21 Nov', '10:01:00']);
  const days = every('2026-12-30T00:00', 86_400, 3);
  assert.deepEqual(timeLabels(days, 86_400, 'en'), ['30 Dec\n2026', '31 Dec', '1 Jan\n2027']);
  const months = [at('2026-11-01T00:00'), at('2026-12-01T00:00'), at('2027-01-01T00:00')];
  assert.deepEqual(timeLabels(months, 30 * 86_400, 'en'), ['Nov\n2026', 'Dec', 'Jan\n2027']);
  assert.deepEqual(timeLabels([], 60, 'en'), []);
});

test('axis of durations: milliseconds, seconds and minutes as a clock has them, no two the same', () => {
  const long = (ms: number): string => `${ms / 60_000} min`;
  for (const step of DURATION_STEPS) {
    const labels = [0, 1, 2, 3, 4].map((n) => durationLabel(n * step, step, 'en', long));
    assert.equal(new Set(labels).size, 5, labels.join());
  }
  assert.deepEqual(
    [0, 500, 1_000, 1_500].map((ms) => durationLabel(ms, 500, 'en', long)),
    ['0', '500 ms', '1.0 s', '1.5 s'],
  );
  assert.deepEqual(
    [30_000, 60_000].map((ms) => durationLabel(ms, 30_000, 'zh', long)),
    ['30 秒', '1 min'],
  );
});

test('axis of numbers: as many decimals as its steps have', () => {
  const compact = (value: number): string => `${value / 1_000}k`;
  const labels = (...values: number[]): string[] => {
    const step = (values[1] ?? 0) - (values[0] ?? 0);
    return values.map((value) => numberLabel(value, step, compact));
  };
  assert.deepEqual(labels(0, 20, 40), ['0', '20', '40']);
  assert.deepEqual(labels(0, 0.5, 1), ['0.0', '0.5', '1.0']);
  assert.deepEqual(labels(0, 0.02, 0.04), ['0.00', '0.02', '0.04']);
  assert.deepEqual(labels(0, 0.1, 0.2), ['0.0', '0.1', '0.2']);
  assert.deepEqual(labels(10_000, 20_000), ['10k', '20k']);
});
