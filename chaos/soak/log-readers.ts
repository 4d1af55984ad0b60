import { setTimeout as delay } from 'node:timers/promises';
import { query, type Server } from '../../demo/servers.ts';

const LOOK_EVERY_MS = 5_000;

/** Who reads the log of a source: one connection that lives as long as the run is one that was kept alive. */
export class LogReaders {
  /** Ids of the connections that were seen to read. */
  readonly seen = new Set<string>();
  private readonly source: Server;

  constructor(source: Server) {
    this.source = source;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rows = await query(
        this.source,
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'",
      ).catch(() => []);
      for (const { id } of rows) this.seen.add(String(id));
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }
}
