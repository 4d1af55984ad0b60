import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from './flow.ts';

/** Tables that show a row that is lost, applied twice or out of its order: one without key that only grows, one whose rows change all the time. */
export const STEADY_TABLES = { log: 'n INT NOT NULL', counters: 'id INT NOT NULL PRIMARY KEY, n INT NOT NULL' };
const COUNTERS = 20;
const EVERY_MS = 5;

/** Writes transactions of some rows to the source of a flow, without end. Disposal ends it; a statement that fails ends it as well, and `stop` rejects. */
export class SteadyWriter implements AsyncDisposable {
  /** The last transaction that the source has committed. */
  written = 0;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(flow: Flow) {
    this.running = this.write(flow);
    this.running.catch(() => {});
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.running.catch(() => {});
  }

  private async write(flow: Flow): Promise<void> {
    const connection = await flow.connect('from');
    try {
      while (!this.stopping.signal.aborted) {
        const n = this.written + 1;
        await connection.query(
          `BEGIN; INSERT INTO log VALUES (${n}), (${n}); INSERT INTO counters VALUES (${n % COUNTERS}, ${n}) ON DUPLICATE KEY UPDATE n = ${n}; COMMIT`,
        );
        this.written = n;
        await delay(EVERY_MS);
      }
    } finally {
      await connection.end();
    }
  }
}
