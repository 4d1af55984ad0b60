import { setTimeout as delay } from 'node:timers/promises';
import { run, type Server } from '../../demo/servers.ts';

/** How many times the rows of the steady load a burst has. */
export const BURST = 100;
/** Bytes of a row of the procedure `large`. */
export const LARGE_ROW_BYTES = 100_000;
/** So many large rows live at a time. */
const LARGE_ROWS = 1_000;
const SLICE_SECONDS = 5;
/** A row lives for so many transactions, when it is deleted at all. */
const LIFE = 4_000;

const TABLES: Readonly<Record<string, string>> = {
  items: 'id INT NOT NULL PRIMARY KEY, v INT NOT NULL, note VARCHAR(60) NOT NULL',
  burst: 'id INT NOT NULL PRIMARY KEY, note VARCHAR(60) NOT NULL',
  large: 'id INT NOT NULL PRIMARY KEY, body MEDIUMTEXT NOT NULL',
  pulse: 'id INT NOT NULL PRIMARY KEY, at BIGINT NOT NULL',
};

/** Keeps the pace by its own clock; when it is late it goes on without a pause until it has caught up. */
const paced = (schema: string, name: string, body: string): string =>
  `CREATE PROCEDURE ${schema}.${name}(first INT, many INT, per_second INT) BEGIN
     DECLARE began DOUBLE DEFAULT UNIX_TIMESTAMP(SYSDATE(6));
     DECLARE early DOUBLE;
     SET @n = first;
     WHILE @n < first + many DO
       SET early = began + (@n - first) / per_second - UNIX_TIMESTAMP(SYSDATE(6));
       IF early > 0.0002 THEN DO SLEEP(early); END IF;
       ${body}
       SET @n = @n + 1;
     END WHILE;
   END`;

/** The tables of a schema; `isSource`: with the procedures that fill them. */
export function soakStatements(schema: string, isSource: boolean): readonly string[] {
  const steady = `CASE @n % 4
    WHEN 1 THEN UPDATE items SET v = v + 1 WHERE id = @n - 1;
    WHEN 3 THEN DELETE FROM items WHERE id = @n - ${LIFE + 1};
    ELSE INSERT INTO items VALUES (@n, 0, REPEAT('é', @n % 60));
    END CASE;`;
  const burst = `INSERT INTO burst WITH RECURSIVE h AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM h WHERE i < ${BURST - 1})
    SELECT @n * ${BURST} + i, REPEAT('x', i % 60) FROM h;`;
  // Ten rows come and ten go in each transaction, every row with text of its own.
  const large = `CREATE PROCEDURE ${schema}.large(first INT, many INT) BEGIN
     SET @n = first;
     WHILE @n < first + many DO
       START TRANSACTION;
       SET @body = REPEAT(SHA2(CONCAT('lutra', @n), 512), ${Math.ceil(LARGE_ROW_BYTES / 128)});
       INSERT INTO large WITH RECURSIVE h AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM h WHERE i < 9)
         SELECT @n + i, CONCAT(i, @body) FROM h;
       DELETE FROM large WHERE id BETWEEN @n - ${LARGE_ROWS} AND @n - ${LARGE_ROWS} + 9;
       COMMIT;
       SET @n = @n + 10;
     END WHILE;
   END`;
  return [
    `CREATE DATABASE ${schema} CHARACTER SET utf8mb4`,
    ...Object.entries(TABLES).map(([name, body]) => `CREATE TABLE ${schema}.${name} (${body})`),
    ...(isSource ? [`USE ${schema}`, paced(schema, 'steady', steady), paced(schema, 'burst', burst), large] : []),
  ];
}

/** A steady load of transactions of one row (inserts, updates, deletes), and bursts of transactions of `BURST` rows at the same pace. */
export class SoakLoad {
  /** Transactions of one row that were committed. */
  single = 0;
  /** Transactions of `BURST` rows. */
  large = 0;
  private readonly from: { readonly server: Server; readonly schema: string };
  private readonly rate: number;

  constructor(from: { readonly server: Server; readonly schema: string }, rate: number) {
    this.from = from;
    this.rate = rate;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const many = Math.max(1, Math.round(SLICE_SECONDS * this.rate));
    while (!signal.aborted) {
      await this.call('steady', this.single, many);
      this.single += many;
    }
  }

  /** A burst of `seconds` that begins after `afterMs`, unless the signal comes first. */
  async burst(afterMs: number, seconds: number, signal: AbortSignal): Promise<void> {
    await delay(afterMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const many = Math.round(seconds * this.rate);
    await this.call('burst', this.large, many);
    this.large += many;
  }

  private call(procedure: string, first: number, many: number): Promise<void> {
    const { server, schema } = this.from;
    return run(server, [`USE ${schema}`, `CALL ${procedure}(${first}, ${many}, ${this.rate})`]);
  }
}
