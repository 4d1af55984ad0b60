import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import type { Random } from '../demo/random.ts';
import { connect, type Server } from '../demo/servers.ts';
import { atPace } from './pace.ts';
import { ACCOUNTS, VERSIONED } from './tables.ts';

const ITEMS = 200;
const PARENTS = 80;
const RECONNECT_MS = 200;
/** An answer that does not come is given up, such as of a server that is frozen. */
const STATEMENT_LIMIT_MS = 20_000;

export type WorkerParts = {
  readonly server: Server;
  readonly schema: string;
  /** Different for each worker of a schema. */
  readonly number: number;
  readonly random: Random;
  /** ms from one transaction to the next, on average. */
  readonly everyMs: number;
  /** Tables that DDL has made and not dropped. */
  readonly madeTables: () => readonly string[];
};

/**
 * Transactions of several tables, one after the other, until the signal. What it does follows from its random numbers; what fails is given up and
 * another one is tried, on a new connection when the old one is dead. Every transaction writes one row into `journal`.
 */
export class Worker {
  committed = 0;
  failed = 0;
  private readonly parts: WorkerParts;
  private n = 0;

  constructor(parts: WorkerParts) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { server, schema } = this.parts;
    while (!signal.aborted) {
      try {
        const connection = await connect(server, { database: schema });
        try {
          await this.workOn(connection, signal);
        } finally {
          connection.destroy();
        }
      } catch {
        this.failed++;
        await delay(RECONNECT_MS);
      }
    }
  }

  private async workOn(connection: Connection, signal: AbortSignal): Promise<void> {
    await connection.query('SET SESSION innodb_lock_wait_timeout = 5');
    await atPace(this.parts, signal, async () => {
      try {
        await this.transaction(connection);
        this.committed++;
      } catch (error) {
        this.failed++;
        if (
          (error as { fatal?: boolean }).fatal === true ||
          (error as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT'
        )
          throw error;
        await connection.query('ROLLBACK');
      }
    });
  }

  private async transaction(connection: Connection): Promise<void> {
    const [kind, statements] = this.choose();
    const ask = (sql: string): Promise<unknown> => connection.query({ sql, timeout: STATEMENT_LIMIT_MS });
    await ask('START TRANSACTION');
    for (const sql of statements) await ask(sql);
    await ask(`INSERT INTO journal VALUES (${this.parts.number}, ${this.n++}, '${kind}')`);
    await ask(this.parts.random.below(30) === 0 ? 'ROLLBACK' : 'COMMIT');
  }

  private choose(): readonly [kind: string, statements: readonly string[]] {
    const choice = this.parts.random.below(100);
    if (choice < 35) return ['transfer', this.transfer()];
    if (choice < 55) return ['bump', this.bump()];
    if (choice < 80) return ['item', this.item()];
    if (choice < 93) return ['family', this.family()];
    return ['made', this.made()];
  }

  private transfer(): string[] {
    const { random } = this.parts;
    const amount = 1 + random.below(50);
    const change = (sign: '+' | '-'): string =>
      `UPDATE ${random.pick(['checking', 'savings'])} SET balance = balance ${sign} ${amount} WHERE id = ${random.below(ACCOUNTS)}`;
    return [change('-'), change('+')];
  }

  private bump(): string[] {
    const { random } = this.parts;
    const ids = [random.below(VERSIONED), random.below(VERSIONED), random.below(VERSIONED)];
    return [
      `UPDATE versions SET version = version + 1, note = REPEAT('é', ${random.below(60)}) WHERE id IN (${ids.join()})`,
    ];
  }

  private item(): string[] {
    const { random } = this.parts;
    const [id, other] = [random.below(ITEMS), random.below(ITEMS)];
    switch (random.below(7)) {
      case 0:
        return [`DELETE FROM items WHERE id = ${id}`];
      case 1:
        return [
          `UPDATE items SET id = ${id + ITEMS} WHERE id = ${other}`,
          `UPDATE items SET id = ${other} WHERE id = ${id}`,
        ];
      case 2:
        // Two rows change their unique values with each other.
        return [
          `UPDATE items SET code = CONCAT('t', id) WHERE id = ${id}`,
          `UPDATE items SET code = 'c${id}' WHERE id = ${other}`,
          `UPDATE items SET code = 'c${other}' WHERE id = ${id}`,
        ];
      case 3:
        return [`UPDATE items SET v = v + 1 WHERE id BETWEEN ${id} AND ${id + 10}`];
      case 4:
        return [`REPLACE INTO items (id, code, v) VALUES (${id}, 'c${other}', 0)`];
      default:
        return [`INSERT IGNORE INTO items (id, code, v) VALUES (${id}, 'c${id}', 1), (${other}, 'c${other}', 1)`];
    }
  }

  private family(): string[] {
    const { random } = this.parts;
    const id = random.below(PARENTS);
    const child = `INSERT INTO children (parent_id, n) SELECT id, ${random.below(1_000)} FROM parents WHERE id = ${id}`;
    switch (random.below(4)) {
      case 0:
        return [`DELETE FROM parents WHERE id = ${id}`];
      case 1:
        return [`UPDATE children SET n = n + 1 WHERE parent_id = ${id}`];
      default:
        return [`INSERT IGNORE INTO parents VALUES (${id}, 'p${this.n}')`, child, child];
    }
  }

  private made(): string[] {
    const { random, madeTables } = this.parts;
    const tables = madeTables();
    const table = tables[random.below(Math.max(1, tables.length))];
    if (table === undefined) return this.bump();
    return [`INSERT INTO ${table} (id, v) VALUES (${random.below(500)}, ${this.n}) ON DUPLICATE KEY UPDATE v = v + 1`];
  }
}
