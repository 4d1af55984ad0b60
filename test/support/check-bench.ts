import { randomBytes } from 'node:crypto';
import mysql, { type Connection } from 'mysql2/promise';
import type { Mapping } from '../../shared/model/channel.ts';
import type { CheckProblem } from '../../shared/mysql/check-problem.ts';
import type { MysqlAddress } from '../../shared/mysql/connection.ts';
import { checkSource } from '../../shared/mysql/source-check.ts';
import { checkTarget } from '../../shared/mysql/target-check.ts';

/** A server under check with a schema and users of its own; variables that were set are set back by disposal. */
export class CheckBench implements AsyncDisposable {
  readonly schema = `ck_${randomBytes(4).toString('hex')}`;
  readonly sql: Connection;
  private readonly place: { host: string; port: number };
  private readonly undo: string[] = [];

  private constructor(place: { host: string; port: number }, sql: Connection) {
    this.place = place;
    this.sql = sql;
  }

  static async open(address: string): Promise<CheckBench> {
    const [host = '', port] = address.split(':');
    const place = { host, port: Number(port) };
    const sql = await mysql.createConnection({ ...place, user: 'root', password: 'root', multipleStatements: true });
    const bench = new CheckBench(place, sql);
    await sql.query(`CREATE DATABASE ${bench.schema} CHARACTER SET utf8mb4; USE ${bench.schema}`);
    return bench;
  }

  address(user = 'lutra', password = user): MysqlAddress {
    return { name: 'db', ...this.place, user, password };
  }

  /** A user with these grants only, named after the schema. */
  async user(suffix: string, ...grants: string[]): Promise<MysqlAddress> {
    const user = `${this.schema}_${suffix}`;
    await this.sql.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'pw'`);
    this.undo.push(`DROP USER '${user}'@'%'`);
    for (const grant of grants) await this.sql.query(`GRANT ${grant} TO '${user}'@'%'`);
    return this.address(user, 'pw');
  }

  async setGlobal(name: string, value: string): Promise<void> {
    const [rows] = await this.sql.query(`SELECT @@GLOBAL.${name} AS v`);
    const before = (rows as { v: unknown }[])[0]?.v;
    this.undo.push(`SET GLOBAL ${name} = ${typeof before === 'number' ? before : `'${String(before)}'`}`);
    await this.sql.query(`SET GLOBAL ${name} = ${value}`);
  }

  /** `from` of this bench's schema; to the schema given. */
  mapping(table: string, to = this.schema): Mapping {
    return { from: { schema: this.schema, table }, to: { schema: to, table: '*' } };
  }

  async source(mapping: Mapping, address = this.address()): Promise<readonly CheckProblem[]> {
    return (await checkSource(address, [{ name: 'p', mappings: [mapping], start: 'end' }])).problems;
  }

  /** Compares tables of this schema with those of `target`. */
  async target(mapping: Mapping, address: MysqlAddress): Promise<readonly CheckProblem[]> {
    const { tables } = await checkSource(this.address(), [{ name: 'p', mappings: [mapping] }]);
    return checkTarget(address, [{ name: 'p', mappings: [mapping] }], tables);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const statement of this.undo.toReversed()) await this.sql.query(statement);
    await this.sql.query(`DROP DATABASE ${this.schema}`);
    await this.sql.end();
  }
}

/** Codes of findings, errors before warnings. */
export function codesOf(problems: readonly CheckProblem[], severity?: CheckProblem['severity']): string[] {
  return problems.filter((each) => severity === undefined || each.severity === severity).map(({ code }) => code);
}
