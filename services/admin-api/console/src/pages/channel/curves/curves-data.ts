import type { History } from '../../../api/operation-types.ts';
import { type ChartData, chartData } from '../../../design/chart-data.ts';

export const RANGES = {
  m15: 15 * 60_000,
  h1: 3_600_000,
  h6: 6 * 3_600_000,
  d1: 86_400_000,
  d7: 7 * 86_400_000,
  d30: 30 * 86_400_000,
  y1: 365 * 86_400_000,
} as const;
export type Range = keyof typeof RANGES;

/** A history of which the time until `to` (ms) is shown. */
type Asked = History & { readonly to: number };
type Point = History['points'][number];

/** The current step is written every 15 s. */
const TOLD_MS = 15_000;

/** Rows a second: inserts, updates, deletes. */
export function rateLines(history: Asked): ChartData {
  const rate = (kind: 'inserts' | 'updates' | 'deletes') => (point: Point) => point[kind] / secondsOf(point, history);
  return chartData(history.points, history.stepMs, [rate('inserts'), rate('updates'), rate('deletes')]);
}

/** For how long a point has counted: the step that lasts still has not counted for all of it. */
function secondsOf({ at }: Point, { stepMs, to }: Asked): number {
  return Math.min(stepMs, Math.max(TOLD_MS, to - at)) / 1_000;
}

/** Lags, ms: half, 99 % and all of the transactions are below. */
export function lagLines({ points, stepMs }: History): ChartData {
  return chartData(points, stepMs, [({ lagP50 }) => lagP50, ({ lagP99 }) => lagP99, ({ lagMax }) => lagMax]);
}

export type Totals = {
  readonly rows: number;
  readonly transactions: number;
  /** Rows a second of the busiest step. */
  readonly peak: number;
  /** ms */
  readonly lagMax: number | undefined;
};

export function totalsOf(history: Asked): Totals {
  const { points } = history;
  const rowsOf = (point: Point): number => point.inserts + point.updates + point.deletes;
  const lags = points.flatMap(({ lagMax }) => lagMax ?? []);
  return {
    rows: points.reduce((sum, point) => sum + rowsOf(point), 0),
    transactions: points.reduce((sum, { transactions }) => sum + transactions, 0),
    peak: points.reduce((most, point) => Math.max(most, rowsOf(point) / secondsOf(point, history)), 0),
    lagMax: lags.length === 0 ? undefined : lags.reduce((most, lag) => Math.max(most, lag)),
  };
}
