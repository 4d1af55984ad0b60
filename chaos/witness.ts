import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { connect } from '../demo/servers.ts';
import type { ChaosRoute } from './route.ts';
import { BANK_SQL, BANK_TOTAL } from './tables.ts';

const LOOK_EVERY_MS = 150;
const RECONNECT_MS = 200;
const LOOK_LIMIT_MS = 20_000;
const MOST_VIOLATIONS = 5;

/**
 * Reads the target again and again while it is being applied to: the balances always sum up to the same, versions never go back. One statement is
 * one snapshot. A target that does not answer is no violation.
 */
export class Witness {
  looks = 0;
  /** Sentences; the first few of each kind. */
  readonly violations: string[] = [];
  private readonly route: ChaosRoute;
  private readonly versions = new Map<string, bigint>();
  private readonly onPulse: (at: number) => void;

  /** `onPulse`: told the newest pulse that is at the target. */
  constructor(route: ChaosRoute, onPulse: (at: number) => void) {
    this.route = route;
    this.onPulse = onPulse;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { server, schema } = this.route.to;
    while (!signal.aborted) {
      try {
        const connection = await connect(server, { database: schema });
        try {
          while (!signal.aborted) {
            await this.look(connection);
            await delay(LOOK_EVERY_MS);
          }
        } finally {
          connection.destroy();
        }
      } catch {
        await delay(RECONNECT_MS);
      }
    }
  }

  private async look(connection: Connection): Promise<void> {
    const ask = async (sql: string): Promise<RowDataPacket[]> =>
      (await connection.query<RowDataPacket[]>({ sql, timeout: LOOK_LIMIT_MS }))[0];
    const [row] = await ask(`SELECT ${BANK_SQL} AS total, (SELECT at FROM pulse WHERE id = 1) AS pulse`);
    const versions = await ask('SELECT id, version FROM versions');
    if (this.route.partitions === 1) this.checkTotal(Number(row?.total));
    for (const { id, version } of versions) this.checkVersion(String(id), BigInt(version));
    this.onPulse(Number(row?.pulse ?? 0));
    this.looks++;
  }

  private checkTotal(total: number): void {
    if (total !== BANK_TOTAL) this.tell(`a snapshot of the bank sums up to ${total} instead of ${BANK_TOTAL}`);
  }

  private checkVersion(id: string, version: bigint): void {
    const before = this.versions.get(id) ?? 0n;
    if (version < before) this.tell(`versions.id ${id} went back from ${before} to ${version}`);
    this.versions.set(id, version);
  }

  private tell(sentence: string): void {
    if (this.violations.length < MOST_VIOLATIONS)
      this.violations.push(`${new Date().toISOString()} ${this.route.title}: ${sentence}`);
  }
}
