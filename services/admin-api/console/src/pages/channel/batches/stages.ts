import type { Batch } from '../../../api/operation-types.ts';

/** The stages of a batch, in their order. */
export const STAGES = ['read', 'way', 'queue', 'load'] as const;
export type Stage = (typeof STAGES)[number];
export type StageTimes = Readonly<Record<Stage, number>> & { readonly whole: number };

/** How long each stage took, ms. Clocks of hosts differ: a stage is never less than 0. */
export function stageTimes(batch: Batch): StageTimes {
  const read = lasted(batch.committedAt, batch.publishedAt);
  const way = lasted(batch.publishedAt, batch.arrivedAt);
  const queue = lasted(batch.arrivedAt, batch.startedAt);
  const load = lasted(batch.startedAt, batch.endedAt);
  return { read, way, queue, load, whole: read + way + queue + load };
}

export type StageSummary = { readonly middle: number; readonly most: number };

/** The value that half and 99 % of the batches stay below, by stage. */
export function summarise(times: readonly StageTimes[]): Readonly<Record<Stage | 'whole', StageSummary>> {
  const of = (stage: Stage | 'whole'): StageSummary => {
    const sorted = times.map((each) => each[stage]).toSorted((a, b) => a - b);
    return { middle: percentile(sorted, 0.5), most: percentile(sorted, 0.99) };
  };
  return { read: of('read'), way: of('way'), queue: of('queue'), load: of('load'), whole: of('whole') };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function lasted(from: number, to: number): number {
  return Math.max(0, to - from);
}
