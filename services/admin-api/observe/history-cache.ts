import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { HistoryRecord } from '../../../shared/model/history.ts';
import type { HistoryStep } from '../../../topics/topics.ts';
import type { History } from '../schemas/history.ts';

/** Shape of the cache; one of another shape is thrown away. */
const VERSION = 1;
const TABLES = `
CREATE TABLE topic (name TEXT PRIMARY KEY, next TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE series (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, tbl TEXT NOT NULL, UNIQUE (uid, tbl));
CREATE TABLE point (
  step INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, part TEXT NOT NULL,
  inserts INTEGER NOT NULL, updates INTEGER NOT NULL, deletes INTEGER NOT NULL, transactions INTEGER NOT NULL,
  p50 INTEGER, p99 INTEGER, max INTEGER, samples INTEGER NOT NULL,
  PRIMARY KEY (step, series, at, part)
) WITHOUT ROWID;
PRAGMA user_version = ${VERSION};`;
const PUT = `INSERT OR REPLACE INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export type PointQuery = {
  readonly uids: readonly string[];
  /** '': all tables together, with lags. */
  readonly table: string;
  readonly stepMs: number;
  readonly bucketMs: number;
  readonly from: number;
  readonly to: number;
};
export type CacheRecord = { readonly record: HistoryRecord; readonly step: HistoryStep };
export type TableTotals = { uid: string; table: string; inserts: number; updates: number; deletes: number };

/**
 * The history of all pipelines and tables as the topics tell it, for questions about it. Everything in it comes from Kafka: deleting it costs the time to
 * read the topics again. Calls are short and synchronous.
 */
export class HistoryCache implements Disposable {
  private readonly db: DatabaseSync;
  private readonly series = new Map<string, number>();
  private readonly statements = new Map<string, StatementSync>();

  /** `file` '': a file without a name that goes with the process. `owner`: whose history it is; a cache of another one is emptied. */
  constructor(file: string, owner: string) {
    this.db = new DatabaseSync(file);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    this.prepareTables(owner);
    for (const { id, uid, tbl } of this.all('SELECT id, uid, tbl FROM series'))
      this.series.set(`${uid} ${tbl}`, Number(id));
  }

  [Symbol.dispose](): void {
    this.db.close();
  }

  /** Where reading of a topic goes on; undefined: at its beginning. */
  nextOffset(topic: string): bigint | undefined {
    const [row] = this.all('SELECT next FROM topic WHERE name = ?', topic);
    return row === undefined ? undefined : BigInt(String(row.next));
  }

  /** Takes over what was read of a topic up to and without `next`, whole or not at all. */
  store(topic: string, next: bigint, records: readonly CacheRecord[]): void {
    this.db.exec('BEGIN');
    try {
      for (const { step, record } of records) this.put(step, record);
      this.run('INSERT OR REPLACE INTO topic VALUES (?, ?)', topic, String(next));
      this.db.exec('COMMIT');
    } catch (error) {
      this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Sums by bucket, oldest first. Of several parts of a bucket p50 is the mean by samples, p99 and max are the greatest. */
  points({ uids, table, stepMs, bucketMs, from, to }: PointQuery): History['points'] {
    const ids = uids.flatMap((uid) => this.series.get(`${uid} ${table}`) ?? []);
    const rows = this.all(
      `SELECT at - at % ?1 AS bucket, sum(inserts) AS inserts, sum(updates) AS updates, sum(deletes) AS deletes, sum(transactions) AS transactions,
        CAST(round(sum(p50 * samples) / max(1.0, sum(samples))) AS INTEGER) AS p50, max(p99) AS p99, max(max) AS max, sum(samples) AS samples
      FROM point WHERE step = ?2 AND series IN (SELECT value FROM json_each(?3)) AND at >= ?4 AND at < ?5 GROUP BY bucket ORDER BY bucket`,
      ...[bucketMs, stepMs, JSON.stringify(ids), from, to],
    );
    return rows.map((row) => ({
      at: Number(row.bucket),
      inserts: Number(row.inserts),
      updates: Number(row.updates),
      deletes: Number(row.deletes),
      transactions: Number(row.transactions),
      ...(Number(row.samples) === 0
        ? {}
        : { lagP50: Number(row.p50), lagP99: Number(row.p99), lagMax: Number(row.max) }),
    }));
  }

  /** Rows of each table over all steps of a length. */
  totals(uids: readonly string[], stepMs: number): TableTotals[] {
    const rows = this.all(
      `SELECT uid, tbl, sum(inserts) AS inserts, sum(updates) AS updates, sum(deletes) AS deletes
      FROM series JOIN point ON point.series = series.id AND point.step = ?1
      WHERE uid IN (SELECT value FROM json_each(?2)) AND tbl <> '' GROUP BY series.id ORDER BY uid, tbl`,
      stepMs,
      JSON.stringify(uids),
    );
    return rows.map((row) => ({
      uid: String(row.uid),
      table: String(row.tbl),
      inserts: Number(row.inserts),
      updates: Number(row.updates),
      deletes: Number(row.deletes),
    }));
  }

  /** Begin of the oldest step; undefined when there is none. */
  oldest(uids: readonly string[], stepMs: number): number | undefined {
    const ids = uids.flatMap((uid) => this.series.get(`${uid} `) ?? []);
    const [row] = this.all(
      'SELECT min(at) AS at FROM point WHERE step = ?1 AND series IN (SELECT value FROM json_each(?2))',
      stepMs,
      JSON.stringify(ids),
    );
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
  }

  /** Deletes what is older than its step is kept, series by series, so that nobody waits long. */
  *purge(steps: readonly HistoryStep[], now: number): Generator<void> {
    for (const id of [...this.series.values()]) {
      for (const { stepMs, keptMs } of steps)
        this.run('DELETE FROM point WHERE step = ? AND series = ? AND at < ?', stepMs, id, now - keptMs);
      yield;
    }
  }

  private put(step: HistoryStep, { uid, part, at, transactions, lag, tables }: HistoryRecord): void {
    const all = [0, 0, 0];
    for (const [table, [inserts, updates, deletes]] of Object.entries(tables)) {
      this.run(
        PUT,
        step.stepMs,
        this.seriesOf(uid, table),
        at,
        part,
        inserts,
        updates,
        deletes,
        0,
        null,
        null,
        null,
        0,
      );
      for (const [index, count] of [inserts, updates, deletes].entries()) all[index] = (all[index] ?? 0) + count;
    }
    const [inserts = 0, updates = 0, deletes = 0] = all;
    const lags = lag === undefined ? [null, null, null, 0] : [lag.p50, lag.p99, lag.max, lag.samples];
    const id = this.seriesOf(uid, '');
    this.run(PUT, step.stepMs, id, at, part, inserts, updates, deletes, transactions, ...lags);
  }

  private seriesOf(uid: string, table: string): number {
    const name = `${uid} ${table}`;
    const known = this.series.get(name);
    if (known !== undefined) return known;
    this.run('INSERT INTO series (uid, tbl) VALUES (?, ?)', uid, table);
    const [row] = this.all('SELECT id FROM series WHERE uid = ? AND tbl = ?', uid, table);
    const id = Number(row?.id);
    this.series.set(name, id);
    return id;
  }

  private prepareTables(owner: string): void {
    const [version] = this.all('PRAGMA user_version');
    if (Number(version?.user_version) === VERSION && this.nextOffset(`owner ${owner}`) !== undefined) return;
    this.db.exec('DROP TABLE IF EXISTS topic; DROP TABLE IF EXISTS series; DROP TABLE IF EXISTS point;');
    this.db.exec(TABLES);
    this.run('INSERT INTO topic VALUES (?, ?)', `owner ${owner}`, '0');
  }

  private all(sql: string, ...values: (string | number | null)[]): Record<string, unknown>[] {
    return this.prepared(sql).all(...values);
  }

  private run(sql: string, ...values: (string | number | null)[]): void {
    this.prepared(sql).run(...values);
  }

  private prepared(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const made = this.db.prepare(sql);
    this.statements.set(sql, made);
    return made;
  }
}
