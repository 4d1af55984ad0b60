import type { Random } from '../demo/random.ts';
import { query, run, type Server } from '../demo/servers.ts';
import { atPace } from './pace.ts';

const MOST_COLUMNS = 4;
const MOST_TABLES = 4;

export type ArchitectParts = {
  readonly server: Server;
  readonly schema: string;
  readonly random: Random;
  /** ms from one statement to the next, on average. */
  readonly everyMs: number;
};

/** Changes the structure of a schema from time to time, one statement after the other, until the signal. */
export class Architect {
  statements = 0;
  madeTables: readonly string[] = [];
  private readonly parts: ArchitectParts;
  private made = 0;

  constructor(parts: ArchitectParts) {
    this.parts = parts;
  }

  run(signal: AbortSignal): Promise<void> {
    // A statement whose answer was lost may have been executed: the next one asks the server what there is.
    return atPace(this.parts, signal, () => this.step().catch(() => {}));
  }

  private async step(): Promise<void> {
    const { server, schema } = this.parts;
    this.madeTables = await this.names(
      "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME LIKE 'made%' ORDER BY 1",
    );
    const columns = await this.names(
      "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'items' AND COLUMN_NAME LIKE 'extra%' ORDER BY 1",
    );
    const sql = this.choose(columns);
    if (sql.startsWith('DROP TABLE')) this.madeTables = this.madeTables.filter((name) => !sql.endsWith(`.${name}`));
    await run(server, ['SET SESSION lock_wait_timeout = 3', `USE ${schema}`, sql]);
    this.statements++;
  }

  private choose(columns: readonly string[]): string {
    const { schema, random } = this.parts;
    const [column, table] = [columns[random.below(MOST_COLUMNS)], this.madeTables[random.below(MOST_TABLES)]];
    const number = `${Date.now().toString(36)}${this.made++}`;
    switch (random.below(6)) {
      case 0:
        if (column !== undefined) return `ALTER TABLE items DROP COLUMN ${column}`;
        break;
      case 1:
        if (table !== undefined) return `TRUNCATE TABLE ${schema}.${table}`;
        break;
      case 2:
        if (table !== undefined) return `DROP TABLE ${schema}.${table}`;
        break;
      case 3:
        if (columns.length < MOST_COLUMNS)
          return `ALTER TABLE items ADD COLUMN extra${number} VARCHAR(20) NOT NULL DEFAULT 'x${random.below(100)}'`;
        break;
      default:
    }
    if (this.madeTables.length < MOST_TABLES)
      return `CREATE TABLE ${schema}.made${number} (id INT NOT NULL PRIMARY KEY, v INT)`;
    return columns.length < MOST_COLUMNS
      ? `ALTER TABLE items ADD COLUMN extra${number} INT, ADD KEY k${number} (extra${number})`
      : `ALTER TABLE items DROP COLUMN ${columns[0]}`;
  }

  private async names(sql: string): Promise<string[]> {
    const rows = await query(this.parts.server, sql, [this.parts.schema]);
    return rows.map(({ name }) => String(name));
  }
}
