import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { Random } from './random.ts';
import { connect, type DemoServers, type Server } from './servers.ts';
import { OrderDesk } from './shop-orders.ts';
import { UserDesk } from './shop-users.ts';
import { TUTORIAL_NAMES, type TutorialNames } from './tutorial.ts';

export type WorkloadOptions = {
  readonly servers: Pick<DemoServers, 'order' | 'user'>;
  readonly names?: TutorialNames;
  readonly seed: number;
  /** Rows to insert, change and delete; the run ends soon after as many. */
  readonly changes: number;
  /** Rows a second over all connections. */
  readonly perSecond: number;
  /** Connections; two of three work at the orders, the others at the users. */
  readonly connections: number;
};

/** What the servers have acknowledged. Rows of a commit whose answer was lost are not counted. */
export type WorkloadCounts = {
  transactions: number;
  inserts: number;
  updates: number;
  deletes: number;
  keyChanges: number;
  /** Statements or connections that failed and were followed by another try. */
  failures: number;
};

/** Rows changed by one transaction. */
export type Change = Partial<Omit<WorkloadCounts, 'transactions' | 'failures'>>;

/** What a shop's desk does on one connection: one transaction a call. */
export type Desk = { work(connection: Connection): Promise<Change> };

const RECONNECT_MS = 100;
const REACHED_POLL_MS = 20;

/**
 * A live shop: inserts, updates, deletes and changes of primary keys, in transactions of one and of several rows, on several connections that
 * meet at the same rows. The choices follow from the seed; their order among the connections does not. Goes on when a server comes back.
 */
export class Workload {
  readonly counts: WorkloadCounts = { transactions: 0, inserts: 0, updates: 0, deletes: 0, keyChanges: 0, failures: 0 };
  private readonly options: WorkloadOptions;
  private startedAt = 0;

  constructor(options: WorkloadOptions) {
    this.options = options;
  }

  /** Rows changed so far; a change of a primary key is one. */
  get changes(): number {
    const { inserts, updates, deletes, keyChanges } = this.counts;
    return inserts + updates + deletes + keyChanges;
  }

  /** Resolves when so many changes are done, or the signal aborts. */
  async reached(changes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.changes < changes) await delay(REACHED_POLL_MS);
  }

  /** Resolves when the changes are done or the signal aborts. */
  async run(signal: AbortSignal): Promise<WorkloadCounts> {
    const { servers, names = TUTORIAL_NAMES, seed, connections } = this.options;
    const orders = await OrderDesk.open(servers.order, names.order);
    const users = await UserDesk.open(servers.user, names.user);
    this.startedAt = performance.now();
    await Promise.all(
      Array.from({ length: connections }, (_, index) => {
        const random = new Random(seed + index);
        if (index % 3 === 2) return this.work(servers.user, { work: (at) => users.work(at, random) }, signal);
        return this.work(servers.order, { work: (at) => orders.work(at, random) }, signal);
      }),
    );
    return this.counts;
  }

  private async work(server: Server, desk: Desk, signal: AbortSignal): Promise<void> {
    while (!this.isDone(signal)) {
      try {
        const connection = await connect(server, { flags: ['-FOUND_ROWS'] });
        try {
          await this.workOn(connection, desk, signal);
        } finally {
          connection.destroy();
        }
      } catch {
        this.counts.failures++;
        await delay(RECONNECT_MS);
      }
    }
  }

  private async workOn(connection: Connection, desk: Desk, signal: AbortSignal): Promise<void> {
    while (!this.isDone(signal)) {
      await this.keepPace(signal);
      try {
        this.add(await desk.work(connection));
      } catch (error) {
        if (!isConflict(error)) throw error;
        this.counts.failures++;
        await connection.query('ROLLBACK');
      }
    }
  }

  private isDone(signal: AbortSignal): boolean {
    return signal.aborted || this.changes >= this.options.changes;
  }

  private async keepPace(signal: AbortSignal): Promise<void> {
    const dueMs = (this.changes / this.options.perSecond) * 1_000 - (performance.now() - this.startedAt);
    if (dueMs > 1) await delay(dueMs, undefined, { signal }).catch(() => {});
  }

  private add({ inserts = 0, updates = 0, deletes = 0, keyChanges = 0 }: Change): void {
    this.counts.transactions++;
    this.counts.inserts += inserts;
    this.counts.updates += updates;
    this.counts.deletes += deletes;
    this.counts.keyChanges += keyChanges;
  }
}

/** Deadlock, lock wait time-out, key taken by another connection: the transaction is given up, the connection is good. */
function isConflict(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ER_LOCK_DEADLOCK' || code === 'ER_LOCK_WAIT_TIMEOUT' || code === 'ER_DUP_ENTRY';
}
