import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../demo/servers.ts';
import type { ChaosRoute } from './route.ts';

const BEAT_MS = 200;
const RECONNECT_MS = 200;
const BEAT_LIMIT_MS = 10_000;

/** A row of the source that is changed five times a second, which tells how far the target is behind. While the source is away nothing is behind. */
export class Pulse {
  /** Longest lag, ms. */
  longestMs = 0;
  private readonly route: ChaosRoute;
  /** Beats that the source has committed and that are not at the target, oldest first. */
  private waiting: number[] = [];
  private newest = 0;

  constructor(route: ChaosRoute) {
    this.route = route;
  }

  /** ms since the oldest beat that is missing at the target; 0 when none is. */
  get lagMs(): number {
    const oldest = this.waiting[0];
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
  }

  readonly seen = (at: number): void => {
    this.longestMs = Math.max(this.longestMs, this.lagMs);
    const rest = this.waiting.findIndex((beat) => beat > at);
    this.waiting = rest === -1 ? [] : this.waiting.slice(rest);
  };

  async run(signal: AbortSignal): Promise<void> {
    const { server, schema } = this.route.from;
    while (!signal.aborted) {
      try {
        const connection = await connect(server, { database: schema });
        try {
          while (!signal.aborted) {
            this.newest = Math.max(this.newest + 1, Date.now());
            await connection.query({
              sql: `UPDATE pulse SET at = ${this.newest} WHERE id = 1`,
              timeout: BEAT_LIMIT_MS,
            });
            this.waiting.push(this.newest);
            await delay(BEAT_MS, undefined, { signal }).catch(() => {});
          }
        } finally {
          connection.destroy();
        }
      } catch {
        await delay(RECONNECT_MS);
      }
    }
  }
}
