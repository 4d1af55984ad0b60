import { memoryViolations } from '../verdict.ts';
import type { PipelineWatch } from './watch.ts';

/** What was seen from the first moment to the last. */
export type Observed = {
  readonly watches: readonly PipelineWatch[];
  /** Connections that read the source's log, one after the other. */
  readonly readers: number;
  readonly peaksMb: ReadonlyMap<string, number>;
  readonly trends: readonly Trend[];
  /** ms from the release of the stopped target until nothing was behind. */
  readonly calmAfterMs: number | undefined;
  readonly compared: { readonly rows: number; readonly tables: number };
  readonly codes: ReadonlyMap<string, number>;
  /** What is wrong besides what is told above. */
  readonly troubles: readonly string[];
};

/** `done`: what was done meanwhile, in words. */
export type SoakFindings = Observed & { readonly done: string };

/** Middle resident memory of a process in each quarter of the load, MB. A burst comes between the second and the third one. */
export type Trend = { readonly name: string; readonly quarters: readonly [number, number, number, number] };

/** A stage that stands still is named after 10 s; so long it may take to be told and shown. */
const TOLD_WITHIN_MS = 5_000;
const SILENCE_LIMIT_MS = 10_000 + TOLD_WITHIN_MS;
/** Heartbeats, status records and the look at them are a second apart each. */
const UNDERSTATEMENT_LIMIT_MS = 10_000;
const GROWTH_LIMIT = 1.1;
const GROWTH_LIMIT_MB = 20;
const SERVICE = /^(selector|loader|admin)/;

export function trendOf(name: string, seriesMb: readonly number[]): Trend {
  const length = Math.floor(seriesMb.length / 4);
  const middleOf = (quarter: number): number => middle(seriesMb.slice(quarter * length, (quarter + 1) * length));
  return { name, quarters: [middleOf(0), middleOf(1), middleOf(2), middleOf(3)] };
}

/** Growth under a steady load, behind the burst: what the burst itself takes is bounded by the peak. */
function growth({ name, quarters: [, , third, last] }: Trend): string[] {
  return last > third * GROWTH_LIMIT + GROWTH_LIMIT_MB ? [`${name} grew from ${third} MB to ${last} MB`] : [];
}

function middle(values: readonly number[]): number {
  return percentile(values, 50);
}

/** NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** All that was not as it has to be. */
export function soakViolations({ watches, readers, peaksMb, trends, troubles }: Observed): string[] {
  return [
    ...troubles,
    ...watches.flatMap(({ route: { title }, longestSilenceMs, longestUnderstatementMs }) => [
      ...(longestSilenceMs > SILENCE_LIMIT_MS
        ? [`${title}: nothing new for ${seconds(longestSilenceMs)} while it said that it runs`]
        : []),
      ...(longestUnderstatementMs > UNDERSTATEMENT_LIMIT_MS
        ? [`${title}: the lag that was shown was ${seconds(longestUnderstatementMs)} too small`]
        : []),
    ]),
    ...(readers === 1 ? [] : [`the log of the source was read by ${readers} connections instead of one`]),
    ...memoryViolations(peaksMb),
    ...trends.filter(({ name }) => SERVICE.test(name)).flatMap(growth),
  ];
}

/** What the run was, line by line. */
export function soakLines(found: SoakFindings): string[] {
  const { peaksMb, trends, compared, calmAfterMs, codes } = found;
  return [
    `done: ${found.done}`,
    ...found.watches.map(watchLine),
    `connections that read the source's log: ${found.readers}`,
    `peak memory: ${[...peaksMb].map(([name, mb]) => `${name} ${mb} MB`).join(', ')}`,
    `memory by quarters of the load: ${trends.map(({ name, quarters }) => `${name} ${quarters.join(' ')} MB`).join(', ')}`,
    `error codes logged: ${codes.size === 0 ? 'none' : [...codes].map(([code, n]) => `${code} ${n}`).join(', ')}`,
    `calm after the release: ${calmAfterMs === undefined ? 'never' : seconds(calmAfterMs)}`,
    `compared at the end: ${compared.rows} rows in ${compared.tables} tables`,
    ...soakViolations(found).map((sentence) => `VIOLATION ${sentence}`),
  ];
}

function watchLine({ route, lagsMs, states, longestSilenceMs, longestUnderstatementMs, pulse }: PipelineWatch): string {
  const [p50, p90, p99] = [50, 90, 99].map((percent) => seconds(percentile(lagsMs, percent)));
  const told = [...states].map(([state, s]) => `${state} ${s.toFixed(0)} s`).join(', ');
  return `${route.title}: lag p50 ${p50}, p90 ${p90}, p99 ${p99}, longest ${seconds(pulse.longestMs)}; longest silence ${seconds(longestSilenceMs)}; shown lag too small by at most ${seconds(longestUnderstatementMs)}; ${told}`;
}

/** The last line. */
export function soakVerdict(found: SoakFindings): string {
  const violations = soakViolations(found);
  if (violations.length > 0) return `soak FAILED: ${violations.length} violations`;
  return `soak ok: ${found.compared.rows} rows in ${found.compared.tables} tables equal, never silent, memory bounded`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
