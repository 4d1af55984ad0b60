import type { TableName } from '../../shared/model/table-pattern.ts';
import { placeOf } from '../../shared/mysql/check-problem.ts';
import type { Connection, ResultSetHeader, RowDataPacket } from '../../shared/mysql/connection.ts';
import { exchangedBytes, type MysqlAddress, openConnection, severConnection } from '../../shared/mysql/connection.ts';
import { readTargetFacts, type TargetFacts } from '../../shared/mysql/target-server.ts';
import { readTargetTable, type TargetTable } from '../../shared/mysql/target-table.ts';
import { PagePool } from '../../shared/rows/byte-sink.ts';
import { type MergeOptions, merge } from '../../shared/rows/merger.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';
import { buildSteps, type StatementOptions, type Step } from '../../shared/rows/statements.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import {
  type Checkpoint,
  type CheckpointOwner,
  ensureCheckpointTable,
  moveCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import { type ParkedRecord, park } from './ddl/parking.ts';
import { Drift, type DriftCount } from './drift.ts';
import { keepAlive, SILENCE_SETTINGS } from './keep-alive.ts';
import type { RowRunner } from './row-runner.ts';
import type { SlowPaths } from './slow-paths.ts';
import { type Opening, StepRunner } from './step-runner.ts';
import { ER_DUP_ENTRY, errnoOf, statementError } from './target-errors.ts';
import type { TargetLink } from './target-link.ts';

/** Strict, so that nothing is cut short in silence; zero and invalid dates are values that a source may hold. */
const SQL_MODE =
  'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO';
/** A trigger of the target can tell by this variable of the session that the row comes from a source, whose triggers have done their work. */
const APPLY_MARK = '@lutra_apply';
const MAX_STATEMENT_BYTES = 1 << 20;

export type SessionParts = {
  readonly address: MysqlAddress;
  readonly owner: CheckpointOwner;
  /** Shared by the sessions of a lane. */
  readonly slow: SlowPaths;
};

/**
 * One connection to the target that applies the batches of one partition. A target transaction holds the checkpoint and the rows it covers.
 * After any error the session must be closed: what the transaction did is undone or, when the connection broke, told by the checkpoint.
 */
export class TargetSession {
  readonly pool = new PagePool();
  readonly isMariaDb: boolean;
  readonly canLoad: boolean;
  private readonly maxBytes: number;
  /** For what is neither rows nor checkpoint: errors are the driver's, see `guarded`. */
  readonly connection: Connection;
  private readonly parts: SessionParts;
  private readonly drift = new Drift();
  readonly link: TargetLink;
  private readonly runner: StepRunner;
  private saved: bigint | undefined;
  /** What lies before this offset was applied before. */
  private highest = 0n;
  private isReleasing = false;
  private isOpen = false;
  /** The target writes a whole transaction to its log, and answers when that is done. */
  isCommitting = false;
  private readonly endKeepAlive: () => void;

  private constructor(parts: SessionParts, connection: Connection, server: TargetFacts) {
    this.parts = parts;
    this.connection = connection;
    this.endKeepAlive = keepAlive(connection);
    this.isMariaDb = server.isMariaDb;
    this.canLoad = server.canLoad;
    this.maxBytes = Math.min(MAX_STATEMENT_BYTES, Math.floor(server.maxPacket / 2));
    const { pool, drift, isRepeat } = this;
    this.link = { connection, place: placeOf(parts.address), pool, slow: parts.slow, drift, isRepeat };
    this.runner = new StepRunner(this.link);
  }

  /** Errors: TARGET_UNREACHABLE, TARGET_ACCESS_DENIED. */
  static async open(parts: SessionParts): Promise<TargetSession> {
    const connection = await openConnection(parts.address, 'TARGET', { multipleStatements: true });
    connection.on('error', () => {});
    try {
      await connection.query(
        `SET SESSION sql_mode='${SQL_MODE}', time_zone='+00:00', foreign_key_checks=1, unique_checks=1, ${SILENCE_SETTINGS}`,
      );
      await connection.query(`SET ${APPLY_MARK}=1`);
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      const facts = await readTargetFacts(connection);
      await ensureCheckpointTable(connection);
      return new TargetSession(parts, connection, facts);
    } catch (error) {
      connection.destroy();
      throw statementError(error, placeOf(parts.address));
    }
  }

  /** Applies single rows in the transaction that is begun. */
  get rows(): RowRunner {
    return this.runner.rows;
  }

  get statementOptions(): StatementOptions {
    return { isMariaDb: this.isMariaDb, maxBytes: this.maxBytes, pool: this.pool, mayLoad: this.parts.slow.mayLoad };
  }

  /** How a batch that begins at `offset` is merged. Old events that come again keep their order where rows depend on each other. */
  mergeOptions(offset: string): MergeOptions {
    const { mayMerge } = this.parts.slow;
    if (!this.isRepeat(offset)) return { mayMerge };
    return { mayMerge: (plan) => plan.kind !== 'reinsert' && plan.kind !== 'linked' && mayMerge(plan) };
  }

  readonly isRepeat = (offset: string): boolean =>
    !this.isReleasing && this.highest > 0n && BigInt(offset) < this.highest;

  /** The stored checkpoint; later moves start from it. */
  async checkpoint(): Promise<Checkpoint | undefined> {
    const found = await this.guard(readCheckpoint(this.connection, this.parts.owner));
    this.saved = found?.nextOffset;
    this.highest = found?.highestOffset ?? 0n;
    return found;
  }

  /** Offsets behind the end of the topic were of another topic: nothing is known of what was applied before. */
  forgetBeyond(end: bigint): void {
    if (this.highest > end) this.highest = 0n;
  }

  /** What was found missing or was left out since the last call. */
  takeDrift(): DriftCount[] {
    return this.drift.take();
  }

  async table(name: TableName): Promise<TargetTable | undefined> {
    return this.guard(readTargetTable(this.connection, name));
  }

  /** Stores a checkpoint by itself, when no rows go with it. `isApplied`: everything before it is. Errors: TARGET_… */
  async saveCheckpoint(checkpoint: Checkpoint, isApplied: boolean): Promise<void> {
    await this.guard(this.connection.query('BEGIN'));
    this.isOpen = true;
    await this.move(checkpoint, isApplied);
    await this.commit(checkpoint);
  }

  /** Begins a target transaction with some of its steps. Its first row event is the checkpoint, which marks the transaction as Lutra's in the target's log. */
  async begin(steps: readonly Step[], checkpoint: Checkpoint, offset: string): Promise<void> {
    this.isOpen = true;
    await this.runner.run(steps, this.isRepeat(offset), this.opening(checkpoint));
    this.saved = checkpoint.nextOffset;
  }

  /** More steps of a transaction that is begun. */
  async run(steps: readonly Step[], offset: string): Promise<void> {
    await this.runner.run(steps, this.isRepeat(offset));
  }

  /** Keeps records of held tables, in the transaction that is begun. */
  async park(records: readonly ParkedRecord[]): Promise<void> {
    if (records.length > 0) await this.guard(park(this.connection, this.parts.owner, records));
  }

  /** Work that was kept for later, in a target transaction of its own that leaves the checkpoint where it is. */
  async release(work: () => Promise<void>): Promise<void> {
    this.isReleasing = true;
    try {
      await this.guard(this.connection.query('BEGIN'));
      this.isOpen = true;
      await work();
      await this.runner.finish();
      await this.guard(this.connection.query('COMMIT'));
      this.isOpen = false;
    } finally {
      this.isReleasing = false;
    }
  }

  /** Applies events, merged, in the transaction that is begun. */
  async runMerged(events: readonly RowEvent[]): Promise<void> {
    await this.runner.run(buildSteps(merge(events, this.mergeOptions('0')), this.statementOptions), false);
  }

  /** Work on the session's connection. Errors: TARGET_…. */
  guarded<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.guard(work(this.connection));
  }

  /** Ends the target transaction. A session whose commit fails does not know its outcome. */
  async commit(checkpoint: Checkpoint, isMoved = true): Promise<void> {
    await this.runner.finish();
    if (!isMoved) await this.move(checkpoint, true);
    this.isCommitting = true;
    await this.guard(this.connection.query('COMMIT'));
    this.isCommitting = false;
    this.isOpen = false;
    this.saved = checkpoint.nextOffset;
  }

  /** Grows while the target answers. */
  get exchanged(): number {
    return exchangedBytes(this.connection);
  }

  /** Ends the session when its server knows nothing of what it is asked: the connection broke without a word. Errors: TARGET_…. */
  async severIfForgotten(): Promise<boolean> {
    const asking = await openConnection(this.parts.address, 'TARGET');
    try {
      const [rows] = await asking.query<RowDataPacket[]>(
        'SELECT COMMAND AS command FROM information_schema.PROCESSLIST WHERE ID = ?',
        [this.connection.threadId],
      );
      const isAtWork = rows.some(({ command }) => command !== 'Sleep');
      if (!isAtWork) severConnection(this.connection);
      return !isAtWork;
    } finally {
      asking.destroy();
    }
  }

  /** True while a target transaction is begun and not ended. */
  get hasOpenTransaction(): boolean {
    return this.isOpen;
  }

  private opening(checkpoint: Checkpoint): Opening {
    return {
      sql: ['BEGIN', moveCheckpoint(this.parts.owner, this.saved, checkpoint, true)],
      check: (results) => this.requireMoved(results[1]?.affectedRows ?? 0),
      failed: (error) => this.moveError(error),
    };
  }

  private async move(checkpoint: Checkpoint, isApplied: boolean): Promise<void> {
    try {
      const sql = moveCheckpoint(this.parts.owner, this.saved, checkpoint, isApplied);
      const [result] = await this.connection.query<ResultSetHeader>(sql);
      this.requireMoved(result.affectedRows);
    } catch (error) {
      throw this.moveError(error);
    }
    this.saved = checkpoint.nextOffset;
  }

  private moveError(error: unknown): ReplicationError {
    if (errnoOf(error) === ER_DUP_ENTRY) return this.movedByAnother();
    return statementError(error, placeOf(this.parts.address));
  }

  private requireMoved(affectedRows: number): void {
    if (affectedRows === 0) throw this.movedByAnother();
  }

  private movedByAnother(): ReplicationError {
    const { channel, pipeline, partition, topic } = this.parts.owner;
    return new ReplicationError(
      'TARGET_TRANSIENT',
      `another loader has moved the checkpoint of pipeline ${channel}/${pipeline}, partition ${partition} of ${topic}`,
      'nothing to do: it goes on from the stored checkpoint',
    );
  }

  private async guard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw statementError(error, placeOf(this.parts.address));
    }
  }

  /** Undoes what is not committed. */
  async close(): Promise<void> {
    this.endKeepAlive();
    if (this.isOpen) return this.connection.destroy();
    await this.connection.end().catch(() => this.connection.destroy());
  }
}
