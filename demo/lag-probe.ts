import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { newestMarker, type Route, sendMarker } from './marker.ts';
import { connect } from './servers.ts';

export type LagSample = { readonly committedAt: number; readonly ms: number };

const SEND_EVERY_MS = 50;
const LOOK_EVERY_MS = 3;
const RETRY_MS = 100;

/**
 * Measures how long a row takes from the source's commit until it can be read at the target: commits a marker 20 times a second and looks for
 * it every 3 ms. Times are of this process's clock alone.
 */
export class LagProbe {
  readonly route: Route;
  readonly samples: LagSample[] = [];
  private readonly underway: { id: number; committedAt: number }[] = [];

  constructor(route: Route) {
    this.route = route;
  }

  /** Age of the oldest marker that has not arrived, or what the last one took; undefined before the first. */
  get currentMs(): number | undefined {
    const waited = this.underway[0] === undefined ? 0 : performance.now() - this.underway[0].committedAt;
    const last = this.samples.at(-1)?.ms;
    return last === undefined && waited === 0 ? undefined : Math.max(waited, last ?? 0);
  }

  /** Resolves when a marker committed from now on has arrived, to the ms since the call; or when the signal aborts. */
  async arrivalFrom(moment: number, signal: AbortSignal): Promise<number> {
    while (!signal.aborted) {
      const first = this.samples.findLast(({ committedAt }) => committedAt >= moment);
      if (first !== undefined) return performance.now() - moment;
      await delay(10);
    }
    return Number.NaN;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.keep(this.route.from.server, (connection) => this.send(connection, signal), signal),
      this.keep(this.route.to.server, (connection) => this.look(connection, signal), signal),
    ]);
  }

  private async send(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const id = await sendMarker(connection, this.route);
      this.underway.push({ id, committedAt: performance.now() });
      await delay(SEND_EVERY_MS);
    }
  }

  private async look(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const newest = await newestMarker(connection, this.route);
      const now = performance.now();
      for (let first = this.underway[0]; first !== undefined && first.id <= newest; first = this.underway[0]) {
        this.underway.shift();
        this.samples.push({ committedAt: first.committedAt, ms: now - first.committedAt });
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  private async keep(
    server: Route['from']['server'],
    work: (connection: Connection) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const connection = await connect(server);
        await work(connection).finally(() => connection.destroy());
      } catch {
        await delay(RETRY_MS);
      }
    }
  }
}

/** The value below which this share of the samples lies; NaN without samples. */
export function percentile(samples: readonly LagSample[], share: number): number {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
