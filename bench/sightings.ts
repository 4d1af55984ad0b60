import { build, type Histogram } from 'hdr-histogram-js';

/** Rows `from` to `to` (their keys, which rise by one) were first seen at this moment, ms since the epoch. */
export type Sighting = { readonly from: number; readonly to: number; readonly at: number };

export type Lag = {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

/** The clock of all sightings: this machine's time with parts of a millisecond, as the server's SYSDATE(6) has it. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Lag from each row's commit (`committedAt` by key, ms) to its first sighting; rows that are not in the map are left out. */
export function lagOf(sightings: readonly Sighting[], committedAt: ReadonlyMap<number, number>): Lag {
  const micros = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const { from, to, at } of sightings) {
    for (let id = from; id <= to; id++) {
      const committed = committedAt.get(id);
      if (committed !== undefined) micros.recordValue(Math.max(1, Math.round((at - committed) * 1_000)));
    }
  }
  return toLag(micros);
}

function toLag(micros: Histogram): Lag {
  const at = (percentile: number): number => micros.getValueAtPercentile(percentile) / 1_000;
  return { samples: micros.totalCount, p50Ms: at(50), p90Ms: at(90), p99Ms: at(99), maxMs: micros.maxValue / 1_000 };
}
