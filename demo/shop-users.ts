import type { Connection, ResultSetHeader } from 'mysql2/promise';
import type { Random } from './random.ts';
import { query, type Server } from './servers.ts';
import type { Change } from './workload.ts';

const NAMES = ['刘德华', 'Anna', 'Zoë', '王小明', "D'Arcy"] as const;
/** Far above what AUTO_INCREMENT reaches while keys move here. */
const MOVED_FROM = 1_000_000_000;

/** Users with keys that the server gives, shared by all connections of a workload. */
export class UserDesk {
  private readonly users: number[] = [];
  private readonly schema: string;
  private nextMoved: number;

  private constructor(schema: string, nextMoved: number) {
    this.schema = schema;
    this.nextMoved = nextMoved;
  }

  static async open(server: Server, schema: string): Promise<UserDesk> {
    const [row] = await query(server, `SELECT COALESCE(MIN(uid), 0) AS low FROM ${schema}.user`);
    return new UserDesk(schema, Math.max(MOVED_FROM, -Number(row?.low) + 1));
  }

  /** One transaction, chosen by chance. */
  work(connection: Connection, random: Random): Promise<Change> {
    const choice = this.users.length < 20 ? 0 : random.below(100);
    if (choice < 40) return this.register(connection, random);
    if (choice < 75) return this.edit(connection, random);
    if (choice < 90) return this.leave(connection, random);
    return this.move(connection, random);
  }

  private async register(connection: Connection, random: Random): Promise<Change> {
    const count = 1 + random.below(3);
    const rows = Array.from({ length: count }, () => {
      const number = random.below(1_000_000);
      return [
        random.pick(NAMES),
        random.below(5) === 0 ? null : `138${number}`,
        `u${number}@example.com`,
        random.money(),
      ];
    });
    const [result] = await connection.query<ResultSetHeader>(
      `INSERT INTO ${this.schema}.user (name, mobile, email, balance) VALUES ?`,
      [rows],
    );
    for (let n = 0; n < count; n++) this.users.push(result.insertId + n);
    return { inserts: count };
  }

  private async edit(connection: Connection, random: Random): Promise<Change> {
    const uid = this.users[random.below(this.users.length)] ?? 0;
    const values = [random.below(6) === 0 ? null : `u${random.below(1_000_000)}@example.com`, random.money(), uid];
    const sql = `UPDATE ${this.schema}.user SET email = ?, balance = ? WHERE uid = ?`;
    return { updates: await this.change(connection, sql, values) };
  }

  private async leave(connection: Connection, random: Random): Promise<Change> {
    const uid = random.take(this.users) ?? 0;
    return { deletes: await this.change(connection, `DELETE FROM ${this.schema}.user WHERE uid = ?`, [uid]) };
  }

  /** Keys move below zero, where AUTO_INCREMENT never comes. */
  private async move(connection: Connection, random: Random): Promise<Change> {
    const uid = random.take(this.users) ?? 0;
    const moved = -this.nextMoved++;
    const sql = `UPDATE ${this.schema}.user SET uid = ? WHERE uid = ?`;
    const keyChanges = await this.change(connection, sql, [moved, uid]);
    if (keyChanges > 0) this.users.push(moved);
    return { keyChanges };
  }

  private async change(
    connection: Connection,
    sql: string,
    values: readonly (string | number | null)[],
  ): Promise<number> {
    const [result] = await connection.query<ResultSetHeader>(sql, [...values]);
    return result.affectedRows;
  }
}
