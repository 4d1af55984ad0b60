import { Readable } from 'node:stream';
import type { TableName } from '../../shared/model/table-pattern.ts';
import type { Connection, ResultSetHeader, RowDataPacket } from '../../shared/mysql/connection.ts';
import { type MysqlAddress, openConnection } from '../../shared/mysql/connection.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { PagePool } from './byte-sink.ts';
import {
  type Checkpoint,
  type CheckpointOwner,
  ensureCheckpointTable,
  moveCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import { DELETE, INSERT } from './record-head.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import { rowStatements, type StatementOptions, type Step } from './statements.ts';
import type { TablePlan } from './table-plan.ts';
import { ER_DUP_ENTRY, errnoOf, statementError } from './target-errors.ts';
import { readTargetTable, type TargetTable } from './target-table.ts';

/** Strict, so that nothing is cut short in silence; zero and invalid dates are values that a source may hold. */
const SQL_MODE =
  'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO';
const MAX_STATEMENT_BYTES = 1 << 20;
/** Up to here the statements of a batch travel in one packet: one round trip, then the commit. */
const MAX_JOINED_BYTES = 128 << 10;

export type SessionParts = {
  readonly address: MysqlAddress;
  readonly owner: CheckpointOwner;
  /** Tables kept off LOAD DATA after it warned; shared by the sessions of a lane. */
  readonly loadRefused: Set<string>;
  /** Send every statement by itself, so that an error names its table. */
  readonly isCareful: () => boolean;
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
  private readonly connection: Connection;
  private readonly parts: SessionParts;
  private saved: bigint | undefined;
  private isOpen = false;

  private constructor(parts: SessionParts, connection: Connection, server: RowDataPacket) {
    this.parts = parts;
    this.connection = connection;
    this.isMariaDb = String(server.version).includes('MariaDB');
    this.canLoad = Number(server.localInfile) === 1;
    this.maxBytes = Math.min(MAX_STATEMENT_BYTES, Math.floor(Number(server.maxPacket) / 2));
  }

  /** Errors: TARGET_UNREACHABLE, TARGET_ACCESS_DENIED. */
  static async open(parts: SessionParts): Promise<TargetSession> {
    const connection = await openConnection(parts.address, 'TARGET', { multipleStatements: true });
    connection.on('error', () => {});
    try {
      await connection.query(
        `SET SESSION sql_mode='${SQL_MODE}', time_zone='+00:00', foreign_key_checks=1, unique_checks=1`,
      );
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT VERSION() AS version, @@local_infile AS localInfile, @@max_allowed_packet AS maxPacket',
      );
      await ensureCheckpointTable(connection);
      return new TargetSession(parts, connection, rows[0] ?? ({} as RowDataPacket));
    } catch (error) {
      connection.destroy();
      throw statementError(error, placeOf(parts.address));
    }
  }

  get statementOptions(): StatementOptions {
    const { loadRefused } = this.parts;
    const mayLoad = (plan: CompiledPlan): boolean => !loadRefused.has(plan.target.quoted);
    return { isMariaDb: this.isMariaDb, maxBytes: this.maxBytes, pool: this.pool, mayLoad };
  }

  /** The stored checkpoint; later moves start from it. */
  async checkpoint(): Promise<Checkpoint | undefined> {
    const found = await this.guard(readCheckpoint(this.connection, this.parts.owner));
    this.saved = found?.nextOffset;
    return found;
  }

  async table(name: TableName): Promise<TargetTable | undefined> {
    return this.guard(readTargetTable(this.connection, name));
  }

  /** Stores a checkpoint by itself, when no rows go with it. Errors: TARGET_… */
  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.begin(checkpoint);
    await this.commit(checkpoint);
  }

  /** Opens the target transaction; its first row event is the checkpoint, which marks the transaction as Lutra's in the target's log. */
  async begin(checkpoint: Checkpoint): Promise<void> {
    await this.guard(this.connection.query('BEGIN'));
    this.isOpen = true;
    await this.move(checkpoint);
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.runStep(step);
  }

  /** Ends the target transaction. A session whose commit fails does not know its outcome. */
  async commit(checkpoint: Checkpoint, isMoved = true): Promise<void> {
    if (!isMoved) await this.move(checkpoint);
    await this.guard(this.connection.query('COMMIT'));
    this.isOpen = false;
    this.saved = checkpoint.nextOffset;
  }

  /** A whole target transaction. Small ones take two round trips: everything in one packet, then the commit. */
  async apply(steps: readonly Step[], checkpoint: Checkpoint): Promise<void> {
    if (this.parts.isCareful() || !isSmall(steps)) {
      await this.begin(checkpoint);
      await this.run(steps);
    } else {
      const sql = [
        'BEGIN',
        this.moveSql(checkpoint),
        ...steps.map((step) => (step.kind === 'statement' ? step.sql : '')),
      ];
      this.isOpen = true;
      const [results] = await this.guard(this.connection.query<ResultSetHeader[]>(sql.join(';')), steps[0]?.plan);
      this.requireMoved(results[1]?.affectedRows ?? 0);
    }
    await this.commit(checkpoint);
  }

  /** True while a target transaction is begun and not ended. */
  get hasOpenTransaction(): boolean {
    return this.isOpen;
  }

  private moveSql(checkpoint: Checkpoint): string {
    return moveCheckpoint(this.parts.owner, this.saved, checkpoint);
  }

  private async move(checkpoint: Checkpoint): Promise<void> {
    try {
      const [result] = await this.connection.query<ResultSetHeader>(this.moveSql(checkpoint));
      this.requireMoved(result.affectedRows);
    } catch (error) {
      if (errnoOf(error) === ER_DUP_ENTRY) this.requireMoved(0);
      throw statementError(error, placeOf(this.parts.address));
    }
    this.saved = checkpoint.nextOffset;
  }

  private requireMoved(affectedRows: number): void {
    if (affectedRows > 0) return;
    const { channel, pipeline, partition, topic } = this.parts.owner;
    throw new ReplicationError(
      'TARGET_TRANSIENT',
      `another loader has moved the checkpoint of pipeline ${channel}/${pipeline}, partition ${partition} of ${topic}`,
      'nothing to do: it goes on from the stored checkpoint',
    );
  }

  private async runStep(step: Step): Promise<void> {
    if (step.kind === 'row') return this.runRow(step.event);
    if (step.kind === 'load') return this.runLoad(step);
    await this.guard(this.connection.query(step.sql), step.plan);
  }

  /** LOCAL turns errors into warnings, so any warning means: not like this. The SQL path will name the error. */
  private async runLoad({ plan, sql, lines }: Step & { kind: 'load' }): Promise<void> {
    const infileStreamFactory = (): Readable => Readable.from(lines.chunks());
    const [result] = await this.guard(this.connection.query<ResultSetHeader>({ sql, infileStreamFactory }), plan);
    lines.release();
    if (result.warningStatus === 0) return;
    this.parts.loadRefused.add(plan.target.quoted);
    throw new ReplicationError(
      'TARGET_TRANSIENT',
      `LOAD DATA into ${plan.target.schema}.${plan.target.table} gave ${result.warningStatus} warnings; the batch is applied by INSERT`,
      'nothing to do: a row that cannot be stored is named by the INSERT',
    );
  }

  private async runRow(event: RowEvent): Promise<void> {
    const { plan, op } = event;
    const sql = rowStatements(event, this.pool);
    if (op === DELETE) {
      const deleted = await this.execute(sql.delete, plan);
      if (deleted === 0 && plan.kind === 'keyless') throw this.rowMissing(plan);
    } else if (op === INSERT) {
      await this.insertRow(sql.insert, sql.update, plan);
    } else if ((await this.execute(sql.update, plan)) === 0) {
      if (plan.kind === 'keyless') throw this.rowMissing(plan);
      await this.execute(sql.insert, plan);
    }
  }

  /** The row may be there already after a replay: then it is set. A clash on another unique key stays an error. */
  private async insertRow(insert: string, update: string, plan: CompiledPlan): Promise<void> {
    try {
      await this.connection.query(insert);
    } catch (error) {
      const isThere =
        errnoOf(error) === ER_DUP_ENTRY && plan.kind !== 'keyless' && (await this.execute(update, plan)) > 0;
      if (!isThere) throw statementError(error, placeOf(this.parts.address), plan);
    }
  }

  private rowMissing({ target }: TablePlan): ReplicationError {
    return new ReplicationError(
      'TARGET_REFUSED',
      `table ${target.schema}.${target.table}, which has no key, lacks a row that the source has changed or deleted`,
      'compare the two tables and mend the target, or pause the channel and skip the event with kafka-consumer-groups --reset-offsets; give the table a primary key',
    );
  }

  private async execute(sql: string, plan: TablePlan): Promise<number> {
    const [result] = await this.guard(this.connection.query<ResultSetHeader>(sql), plan);
    return result.affectedRows;
  }

  private async guard<T>(answer: Promise<T>, plan?: TablePlan): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw statementError(error, placeOf(this.parts.address), plan);
    }
  }

  /** Undoes what is not committed. */
  async close(): Promise<void> {
    if (this.isOpen) return this.connection.destroy();
    await this.connection.end().catch(() => this.connection.destroy());
  }
}

function placeOf({ name, host, port }: MysqlAddress): string {
  return `database ${name} at ${host}:${port}`;
}

function isSmall(steps: readonly Step[]): boolean {
  let bytes = 0;
  for (const step of steps) {
    if (step.kind !== 'statement') return false;
    bytes += step.sql.length;
  }
  return bytes <= MAX_JOINED_BYTES;
}
