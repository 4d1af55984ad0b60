import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { connect } from '../demo/servers.ts';
import type { ChaosRoute } from './route.ts';

const BEAT_MS = 200;
const RECONNECT_MS = 200;
const BEAT_LIMIT_MS = 10_000;
const LAST_BEAT_LIMIT_MS = 60_000;

/** A row of the source that is changed five times a second, which tells how far the target is behind. While the source is away nothing is behind. */
export class Pulse {
  /** Longest lag, ms. */
  longestMs = 0;
  private readonly route: ChaosRoute;
  private readonly onArrived: (lagMs: number) => void;
  /** Beats that the source has committed and that are not at the target, oldest first. */
  private readonly waiting: number[] = [];
  private newest = 0;

  /** `onArrived`: told how long each beat took to the target. */
  constructor(route: ChaosRoute, onArrived: (lagMs: number) => void = () => {}) {
    this.route = route;
    this.onArrived = onArrived;
  }

  /** ms since the oldest beat that is missing at the target; 0 when none is. */
  get lagMs(): number {
    const oldest = this.waiting[0];
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
  }

  readonly seen = (at: number): void => {
    this.longestMs = Math.max(this.longestMs, this.lagMs);
    const rest = this.waiting.findIndex((beat) => beat > at);
    const arrived = this.waiting.splice(0, rest === -1 ? this.waiting.length : rest);
    for (const beat of arrived) this.onArrived(Math.max(0, Date.now() - beat));
  };

  /** Until the signal; then one more beat, which lies behind all that was committed before the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { server, schema } = this.route.from;
    for (let givesUpAt = Number.POSITIVE_INFINITY; performance.now() < givesUpAt; ) {
      if (signal.aborted) givesUpAt = Math.min(givesUpAt, performance.now() + LAST_BEAT_LIMIT_MS);
      try {
        const connection = await connect(server, { database: schema });
        try {
          for (let isLast = false; !isLast; ) {
            isLast = signal.aborted;
            await this.beat(connection);
            if (!isLast) await delay(BEAT_MS, undefined, { signal }).catch(() => {});
          }
          return;
        } finally {
          connection.destroy();
        }
      } catch {
        await delay(RECONNECT_MS);
      }
    }
  }

  private async beat(connection: Connection): Promise<void> {
    this.newest = Math.max(this.newest + 1, Date.now());
    // NOTE two routes may share a source and with it the row.
    const sql = `UPDATE pulse SET at = GREATEST(at, ${this.newest}) WHERE id = 1`;
    await connection.query({ sql, timeout: BEAT_LIMIT_MS });
    this.waiting.push(this.newest);
  }
}
