import type { Stall } from '../../shared/runtime/stall-watch.ts';

/** Name of a stage -> ms. */
export type StageLimits = Readonly<Record<string, number>>;

/** Stages that nothing else begins anew, and after how long it is done; the others have time-outs of their own. */
const AFTER_MS: StageLimits = { decode: 60_000, start: 300_000 };
/** Each time in a row it takes twice as long, up to this many times. */
const MOST_DOUBLINGS = 4;
/** A run that has got on for so long makes what was before forgotten. */
const CALM_MS = 600_000;

/** Says when a run that stands still is to be begun anew: seldom, and ever more seldom while that does not help. */
export class RestartPolicy {
  private readonly limits: StageLimits;
  private restarts = 0;
  private lastAt = Number.NEGATIVE_INFINITY;

  /** `limits`: after how long it is done; a stage that is not named is left alone. */
  constructor(limits = AFTER_MS) {
    this.limits = limits;
  }

  /** To be asked about once a second. `now`: ms of a clock that never jumps. */
  isDue(stall: Stall | undefined, now = performance.now()): boolean {
    if (stall === undefined) {
      if (now - this.lastAt > CALM_MS) this.restarts = 0;
      return false;
    }
    const afterMs = (this.limits[stall.stage] ?? Number.POSITIVE_INFINITY) * 2 ** this.restarts;
    if (stall.ms < afterMs || now - this.lastAt < afterMs) return false;
    this.lastAt = now;
    this.restarts = Math.min(this.restarts + 1, MOST_DOUBLINGS);
    return true;
  }
}
