import { endState, untilCalm } from '../end-state.ts';
import { checkLogs } from '../log-check.ts';
import { MemoryMeter } from '../meters.ts';
import type { SoakBed } from './bed.ts';
import { LogReaders } from './log-readers.ts';
import { type Observed, trendOf } from './report.ts';
import { PipelineWatch } from './watch.ts';

const TELL_EVERY_MS = 60_000;
const CALM_LIMIT_MS = 900_000;

export type ObservationParts = {
  readonly bed: SoakBed;
  readonly memoryEveryMs: number;
  readonly tell: (line: string) => void;
  /** What was done so far, for the lines that are told once a minute. */
  readonly progress: () => string;
};

/** All that looks at a bed while something is done to it: pipelines, memory, readers of the log. */
export class Observation {
  readonly watches: readonly PipelineWatch[];
  private readonly parts: ObservationParts;
  private readonly memory: MemoryMeter;
  private readonly readers: LogReaders;
  private readonly watching = new AbortController();
  private readonly beating = new AbortController();
  private readonly watchers: readonly Promise<void>[];
  private readonly beats: readonly Promise<void>[];
  private readonly telling: NodeJS.Timeout;

  /** Begins to look. */
  constructor(parts: ObservationParts) {
    this.parts = parts;
    const { stack, routes, source } = parts.bed;
    this.watches = routes.map((route) => new PipelineWatch(stack, route));
    const names = stack.processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [name]));
    this.memory = new MemoryMeter({ stack, names, everyMs: parts.memoryEveryMs });
    this.readers = new LogReaders(source);
    this.watchers = [...this.watches, this.memory, this.readers].map((one) => one.run(this.watching.signal));
    this.beats = this.watches.map(({ pulse }) => pulse.run(this.beating.signal));
    this.telling = setInterval(() => this.tellProgress(), TELL_EVERY_MS);
  }

  /** Resolves when something has come to every target. Errors: when it has not after 2 minutes. */
  async begun(): Promise<void> {
    for (const { begun } of this.watches) await begun();
  }

  /** Lets go, waits until nothing is behind, compares source and targets, and ends the looking. */
  async end(release: () => void): Promise<Observed> {
    const { bed, tell } = this.parts;
    this.beating.abort();
    await Promise.all(this.beats);
    const trends = [...this.memory.seriesMb].map(([name, series]) => trendOf(name, [...series]));
    const released = performance.now();
    release();
    const pulses = this.watches.map(({ pulse }) => pulse);
    const late = await untilCalm(bed.stack, bed.routes, pulses, { limitMs: CALM_LIMIT_MS, tell });
    const calmAfterMs = late.length === 0 ? performance.now() - released : undefined;
    clearInterval(this.telling);
    this.watching.abort();
    await Promise.all(this.watchers);
    const compared = await endState(bed.routes);
    const { codes, violations } = checkLogs(bed.stack);
    return {
      ...{ watches: this.watches, readers: this.readers.seen.size, peaksMb: this.memory.peaksMb, trends },
      ...{ calmAfterMs, compared, codes, troubles: [...late, ...compared.violations, ...violations] },
    };
  }

  private tellProgress(): void {
    const each = this.watches.map(
      ({ route, pulse, shown }) => `${route.channel} ${(pulse.lagMs / 1_000).toFixed(1)} s behind, ${shown}`,
    );
    this.parts.tell(`${new Date().toISOString()}  ${this.parts.progress()}; ${each.join('; ')}`);
  }
}
