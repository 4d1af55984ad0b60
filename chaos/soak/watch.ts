import { setTimeout as delay } from 'node:timers/promises';
import { Channels } from '../../demo/channels.ts';
import { connect } from '../../demo/servers.ts';
import type { StackHandle } from '../../stack/api.ts';
import { Pulse } from '../pulse.ts';
import type { SoakRoute } from './bed.ts';

const STATUS_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 100;
const RECONNECT_MS = 500;
const BEGIN_LIMIT_MS = 120_000;

/** Watches one pipeline: what it says about itself, and what is really at its target. */
export class PipelineWatch {
  readonly route: SoakRoute;
  readonly pulse: Pulse;
  /** ms that each beat took from source to target. */
  readonly lagsMs: number[] = [];
  /** State, with its code if it has one -> seconds. */
  readonly states = new Map<string, number>();
  /** Longest time without anything new at the target while something was missing there and the pipeline said that it runs, ms. */
  longestSilenceMs = 0;
  /** By how much the lag that is shown was too small at most, ms. */
  longestUnderstatementMs = 0;
  /** What the newest status said. */
  shown = 'no status';
  private readonly channels: Channels;
  private newest = 0;
  private behindBeforeMs = 0;
  private lagBeforeMs = 0;
  private lastSignMs = performance.now();

  constructor(stack: StackHandle, route: SoakRoute) {
    this.route = route;
    this.channels = new Channels(stack.address('admin-api', 'http'), stack.token);
    this.pulse = new Pulse(route, (lagMs) => this.lagsMs.push(lagMs));
  }

  /** Resolves when something has come to the target. Errors: when nothing has after 2 minutes. */
  readonly begun = async (): Promise<void> => {
    const deadline = performance.now() + BEGIN_LIMIT_MS;
    while (this.newest === 0) {
      if (performance.now() > deadline) throw new Error(`${this.route.title}: the first rows did not arrive`);
      await delay(LOOK_EVERY_MS);
    }
  };

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.readStatus(signal), this.readTarget(signal)]);
  }

  private async readStatus(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.status().catch((error: unknown) => this.note(`no answer: ${String(error)}`.slice(0, 100)));
      await delay(STATUS_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async status(): Promise<void> {
    const behindMs = this.pulse.lagMs;
    const { pipelines } = await this.channels.status(this.route.channel);
    for (const { state, reason, lagMs } of pipelines) {
      this.note(reason === undefined ? state : `${state} ${reason.code}`);
      if (state === 'running' && behindMs > 0) this.longestSilenceMs = Math.max(this.longestSilenceMs, this.silenceMs);
      else this.lastSignMs = performance.now();
      this.understated(Math.min(behindMs, this.behindBeforeMs) - this.lagBeforeMs);
      [this.behindBeforeMs, this.lagBeforeMs] = [behindMs, lagMs ?? 0];
    }
  }

  /** A status is held against the smaller of two looks at the target, before it and after it: one that catches up gets on by minutes between two looks. */
  private understated(ms: number): void {
    this.longestUnderstatementMs = Math.max(this.longestUnderstatementMs, ms);
  }

  private note(shown: string): void {
    this.shown = shown;
    this.states.set(shown, (this.states.get(shown) ?? 0) + STATUS_EVERY_MS / 1_000);
  }

  private get silenceMs(): number {
    return performance.now() - this.lastSignMs;
  }

  private async readTarget(signal: AbortSignal): Promise<void> {
    const { server, schema } = this.route.to;
    while (!signal.aborted) {
      try {
        const connection = await connect(server, { database: schema });
        try {
          while (!signal.aborted) {
            const [rows] = await connection.query<never[]>('SELECT at FROM pulse WHERE id = 1');
            const [{ at } = { at: 0 }] = rows as readonly { at: unknown }[];
            this.arrived(Number(at));
            await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
          }
        } finally {
          connection.destroy();
        }
      } catch {
        await delay(RECONNECT_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  private arrived(at: number): void {
    if (at > this.newest) {
      this.newest = at;
      this.lastSignMs = performance.now();
    }
    this.pulse.seen(at);
  }
}
