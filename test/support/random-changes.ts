import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Random } from '../../demo/random.ts';

type Column = { readonly name: string; readonly type: string; readonly isGenerated: boolean };

/** Types and how a value of each is written. `n` is any whole number from 0 to 999. */
const TYPES: readonly (readonly [definition: string, dataType: string, value: (n: number) => string])[] = [
  ['INT', 'int', (n) => String(n)],
  ['BIGINT UNSIGNED', 'bigint', (n) => `${18446744073709551000n + BigInt(n % 600)}`],
  ['VARCHAR(30)', 'varchar', (n) => `'${['订单', 'é', '😀', ' ', 'x'][n % 5]}${n}'`],
  ['DECIMAL(20,6)', 'decimal', (n) => `${n % 2 === 0 ? '-' : ''}${n}.${n}`],
  ['DATETIME(3)', 'datetime', (n) => `'2024-02-29 23:59:${10 + (n % 50)}.${100 + (n % 900)}'`],
  ['DATE', 'date', (n) => `'19${10 + (n % 90)}-01-02'`],
  ['VARBINARY(12)', 'varbinary', (n) => `X'00${(n + 4096).toString(16)}00'`],
  ['TEXT', 'text', (n) => `REPEAT('t', ${n})`],
  ["ENUM('a','b','c')", 'enum', (n) => `'${'abc'[n % 3]}'`],
  ['BIT(10)', 'bit', (n) => String(n)],
  ['DOUBLE', 'double', (n) => `${n} / 7e0`],
];
const VALUES = new Map(TYPES.map(([, dataType, value]) => [dataType, value]));

const BODIES = [
  'id INT PRIMARY KEY, a INT, b VARCHAR(30)',
  'id INT AUTO_INCREMENT PRIMARY KEY, a BIGINT UNSIGNED, b DECIMAL(20,6), UNIQUE KEY ua (a)',
  'id INT, a INT, b VARCHAR(30), PRIMARY KEY (id, a)',
  'id INT NOT NULL, a INT NOT NULL, b DATETIME(3), UNIQUE KEY u (id), UNIQUE KEY ua (a)',
  'id INT, a INT, b VARCHAR(30)',
  'id INT PRIMARY KEY, a INT, b INT AS (a + 1) STORED, c INT AS (a * 2) VIRTUAL, KEY kb (b)',
];
const FOREIGN = ['ON DELETE CASCADE', 'ON DELETE SET NULL', 'ON DELETE CASCADE ON UPDATE CASCADE', ''];

/**
 * Random structure and rows for one schema, of one seed. Statements that the server refuses are no fault: they leave nothing in its log. The same seed gives the
 * same statements as long as the server answers alike.
 */
export class RandomChanges {
  /** What was executed, for a report. */
  readonly done: string[] = [];
  private readonly connection: Connection;
  private readonly random: Random;
  private readonly tables = new Map<string, readonly Column[]>();
  private made = 0;

  constructor(connection: Connection, random: Random) {
    this.connection = connection;
    this.random = random;
  }

  get tableNames(): readonly string[] {
    return [...this.tables.keys()];
  }

  async run(steps: number): Promise<void> {
    for (let n = 0; n < 4; n++) await this.createTable();
    for (let step = 0; step < steps; step++) await (this.random.below(100) < 18 ? this.ddl() : this.transaction());
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)] as T;
  }

  /** Resolves to whether the server took it. */
  private async attempt(sql: string): Promise<boolean> {
    try {
      await this.connection.query(sql);
      this.done.push(sql);
      return true;
    } catch (error) {
      if ((error as { fatal?: boolean }).fatal) throw error;
      return false;
    }
  }

  private async look(table: string): Promise<void> {
    const [rows] = await this.connection.query<RowDataPacket[]>(
      "SELECT COLUMN_NAME AS name, DATA_TYPE AS type, EXTRA LIKE '%GENERATED%' AS g FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
      [table],
    );
    const columns = rows.map(({ name, type, g }) => ({
      name: String(name),
      type: String(type),
      isGenerated: Number(g) === 1,
    }));
    if (columns.length === 0) this.tables.delete(table);
    else this.tables.set(table, columns);
  }

  private async createTable(): Promise<void> {
    const name = `t${++this.made}`;
    const others = this.tableNames;
    const isChild = others.length > 0 && this.random.below(3) === 0;
    const parent = isChild ? this.pick(others) : '';
    const key = isChild
      ? `, p INT, CONSTRAINT fk_${name} FOREIGN KEY (p) REFERENCES ${parent} (id) ${this.pick(FOREIGN)}`
      : '';
    if (this.random.below(6) === 0 && others.length > 0)
      await this.attempt(`CREATE TABLE ${name} LIKE ${this.pick(others)}`);
    else await this.attempt(`CREATE TABLE ${name} (${this.pick(BODIES)}${key})`);
    await this.look(name);
  }

  private async ddl(): Promise<void> {
    if (this.tables.size < 3) return this.createTable();
    const table = this.pick(this.tableNames);
    const column = this.pick(this.tables.get(table) ?? [])?.name ?? 'id';
    const added = `c${++this.made}`;
    const type = this.pick(TYPES)[0];
    const other = `t${this.made}`;
    switch (this.random.below(14)) {
      case 0:
      case 1:
        await this.attempt(
          `ALTER TABLE ${table} ADD COLUMN ${added} ${type} ${this.pick(['', 'FIRST', `AFTER ${column}`])}`,
        );
        break;
      case 2:
        await this.attempt(
          `ALTER TABLE ${table} ADD ${added} INT NOT NULL DEFAULT ${this.made}, ADD INDEX i${added} (${added})`,
        );
        break;
      case 3:
        if (column !== 'id') await this.attempt(`ALTER TABLE ${table} DROP COLUMN ${column}`);
        break;
      case 4:
        if (column !== 'id') await this.attempt(`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${added}`);
        break;
      case 5:
        await this.attempt(
          `ALTER TABLE ${table} MODIFY ${column} ${this.pick(['BIGINT', 'VARCHAR(60)', 'INT', 'TEXT'])}`,
        );
        break;
      case 6:
        await this.attempt(`CREATE UNIQUE INDEX u${added} ON ${table} (${column})`);
        break;
      case 7:
        await this.attempt(`CREATE INDEX i${added} ON ${table} (${column})`);
        break;
      case 8:
        await this.attempt(
          `ALTER TABLE ${table} DROP INDEX ${this.pick(['ua', 'u', 'kb', `ic${this.random.below(this.made)}`])}`,
        );
        break;
      case 9:
        await this.attempt(`RENAME TABLE ${table} TO ${other}`);
        break;
      case 10:
        await this.attempt(`TRUNCATE TABLE ${table}`);
        break;
      case 11:
        await this.attempt(`DROP TABLE ${table}`);
        break;
      case 12:
        await this.attempt(`CREATE TABLE ${other} (PRIMARY KEY (id)) SELECT DISTINCT id, 1 AS one FROM ${table}`);
        break;
      default:
        return this.createTable();
    }
    await this.look(table);
    await this.look(other);
  }

  private async transaction(): Promise<void> {
    const statements = 1 + this.random.below(6);
    await this.connection.query('START TRANSACTION');
    let hasSavepoint = false;
    for (let n = 0; n < statements; n++) {
      const what = this.random.below(12);
      if (what === 0) {
        await this.connection.query('SAVEPOINT s');
        hasSavepoint = true;
      } else if (what === 1 && hasSavepoint) await this.connection.query('ROLLBACK TO SAVEPOINT s');
      else await this.dml();
    }
    await this.connection.query(this.random.below(10) === 0 ? 'ROLLBACK' : 'COMMIT');
  }

  private async dml(): Promise<void> {
    const table = this.pick(this.tableNames);
    const columns = (this.tables.get(table) ?? []).filter(({ isGenerated }) => !isGenerated);
    const column = this.pick(columns);
    if (column === undefined) return;
    const [id, other] = [this.random.below(60), this.random.below(60)];
    switch (this.random.below(10)) {
      case 0:
        await this.attempt(`DELETE FROM ${table} WHERE id = ${id}`);
        return;
      case 1:
        await this.attempt(`DELETE FROM ${table} WHERE id < ${id} ORDER BY id LIMIT 2`);
        return;
      case 2:
        await this.attempt(`UPDATE ${table} SET id = ${other + 60} WHERE id = ${id}`);
        return;
      case 3:
        for (const [from, to] of [
          [id, 9_999],
          [other, id],
          [9_999, other],
        ])
          await this.attempt(`UPDATE ${table} SET id = ${to} WHERE id = ${from}`);
        return;
      case 4:
        await this.attempt(`UPDATE ${table} SET id = id + 1 WHERE id > ${id} ORDER BY id DESC`);
        return;
      case 5:
      case 6:
        await this.attempt(
          `UPDATE ${table} SET ${column.name} = ${this.value(column)} WHERE id ${this.pick(['=', '>'])} ${id} ORDER BY id LIMIT 3`,
        );
        return;
      default: {
        const row = (): string => `(${columns.map((each) => this.value(each)).join(', ')})`;
        const verb = this.pick(['INSERT', 'INSERT', 'INSERT IGNORE', 'REPLACE']);
        const rows = Array.from({ length: 1 + this.random.below(4) }, row).join(', ');
        await this.attempt(`${verb} INTO ${table} (${columns.map(({ name }) => name).join(', ')}) VALUES ${rows}`);
      }
    }
  }

  private value({ name, type }: Column): string {
    if (name === 'id') return String(this.random.below(60));
    if (name === 'p') return this.random.below(2) === 0 ? 'NULL' : String(this.random.below(60));
    return this.random.below(8) === 0 ? 'DEFAULT' : (VALUES.get(type)?.(this.random.below(1_000)) ?? 'NULL');
  }
}
