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

/** Rows a second: inserts, updates, deletes. */
export function rateLines({ points, stepMs }: History): ChartData {
  const seconds = stepMs / 1_000;
  return chartData(points, stepMs, [
    ({ inserts }) => inserts / seconds,
    ({ updates }) => updates / seconds,
    ({ deletes }) => deletes / seconds,
  ]);
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

export function totalsOf({ points, stepMs }: History): Totals {
  const rowsOf = (point: History['points'][number]): number => point.inserts + point.updates + point.deletes;
  const lags = points.flatMap(({ lagMax }) => lagMax ?? []);
  return {
    rows: points.reduce((sum, point) => sum + rowsOf(point), 0),
    transactions: points.reduce((sum, { transactions }) => sum + transactions, 0),
    peak: points.reduce((most, point) => Math.max(most, rowsOf(point)), 0) / (stepMs / 1_000),
    lagMax: lags.length === 0 ? undefined : lags.reduce((most, lag) => Math.max(most, lag)),
  };
}
