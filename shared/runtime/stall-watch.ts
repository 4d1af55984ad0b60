import type { Reason } from '../model/status.ts';

/** One stage of a pipeline as it is now. */
export type Stage = {
  readonly name: string;
  /** Whether work waits for it. */
  readonly isDue: boolean;
  /** Another number whenever it has got on, also inside of a transaction. */
  readonly progress: number;
  /** Who has to do something next. */
  readonly waitsFor: string;
  /** Left out: 10 s. */
  readonly limitMs?: number;
};

/** `since`: the last progress, ms since the epoch. */
export type Stall = { readonly stage: string; readonly waitsFor: string; readonly since: number; readonly ms: number };

const LIMIT_MS = 10_000;
/** A process that looked so long ago stood still itself; what happened meanwhile says nothing. */
const ABSENCE_MS = 5_000;

/** Finds the stage that makes no progress while work waits for it. To be asked about once a second. */
export class StallWatch {
  private readonly known = new Map<string, { progress: number; since: number; at: number }>();
  private lookedAt = Number.NEGATIVE_INFINITY;

  /** The first of the stages that has stood still for too long. `now`: ms of a clock that never jumps. */
  look(stages: readonly Stage[], now = performance.now()): Stall | undefined {
    const wasAway = now - this.lookedAt > ABSENCE_MS;
    this.lookedAt = now;
    for (const name of this.known.keys()) if (!stages.some((stage) => stage.name === name)) this.known.delete(name);
    const stalls = stages.flatMap((stage) => this.judge(stage, now, wasAway) ?? []);
    return stalls[0];
  }

  private judge(
    { name, isDue, progress, waitsFor, limitMs = LIMIT_MS }: Stage,
    now: number,
    wasAway: boolean,
  ): Stall | undefined {
    const known = this.known.get(name);
    if (!isDue || wasAway || known?.progress !== progress) {
      this.known.set(name, { progress, since: now, at: Date.now() });
      return undefined;
    }
    const ms = now - known.since;
    if (ms < limitMs) return undefined;
    return { stage: name, waitsFor, since: known.at, ms };
  }
}

/** The reason of a process that shows the state `stalled`. */
export function stallReason({
  stage,
  waitsFor,
  since,
}: Pick<Stall, 'stage' | 'waitsFor' | 'since'>): Reason & { code: 'STALLED' } {
  return {
    code: 'STALLED',
    message: `the stage "${stage}" has made no progress since ${new Date(since).toISOString().slice(0, 19)}Z although work waits; it waits for ${waitsFor}`,
    remedy: `look at ${waitsFor}; it goes on by itself when that answers`,
  };
}
