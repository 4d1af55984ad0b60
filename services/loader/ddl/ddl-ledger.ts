import { createHash } from 'node:crypto';
import type { DdlEntry, DdlState, Decision } from '../../../shared/model/ddl-entry.ts';
import type { Reason } from '../../../shared/model/status.ts';
import { type Connection, type RowDataPacket, rawSql } from '../../../shared/mysql/connection.ts';
import { type CheckpointOwner, hasLutraTable } from '../checkpoint.ts';
import type { Statement } from './statement-record.ts';

/** `lutra.ddl` of the target: every statement that a pipeline met, written before and after it is executed. */

const TABLE = '`lutra`.`ddl`';
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  uid VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch BIGINT NOT NULL,
  transaction BIGINT NOT NULL,
  channel VARCHAR(64) NOT NULL,
  pipeline VARCHAR(64) NOT NULL,
  source VARCHAR(200) NOT NULL,
  words VARCHAR(64) NOT NULL,
  default_schema VARCHAR(64) NOT NULL,
  statement LONGTEXT NOT NULL,
  target_statement LONGTEXT NULL,
  target_tables LONGTEXT NOT NULL COMMENT 'JSON: [[schema, table], …]',
  state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  reason LONGTEXT NULL COMMENT 'JSON: {code, message, remedy}',
  decision LONGTEXT NULL COMMENT 'JSON: {action, sql, by, at}',
  queue VARCHAR(64) CHARACTER SET ascii NULL COMMENT 'id of the held statement that its tables wait for; of a held one its own',
  fingerprint VARCHAR(128) CHARACTER SET ascii NULL COMMENT 'structure of the tables before it',
  session LONGTEXT NOT NULL COMMENT 'JSON: {sqlMode, timeZone} of the session at the source',
  effects LONGTEXT NULL COMMENT 'JSON: columns and tables that it took away or renamed',
  arrived BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'partitions that wait at it, one bit each',
  passed BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'partitions that have gone on behind it',
  drained BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'partitions whose parked rows before it are applied; of a queued statement',
  gtid VARCHAR(200) NOT NULL,
  file VARCHAR(255) NOT NULL,
  position BIGINT NOT NULL,
  committed BIGINT NOT NULL COMMENT 'commit time at the source, microseconds since 1970',
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (uid, epoch, transaction),
  KEY queue (uid, queue)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Lutra: statements of the sources and what became of them'`;

export type TargetName = { readonly schema: string; readonly table: string };

/** What a statement took away from the target's structure; rows from before it are read with this in mind. */
export type Effects = {
  readonly droppedTables: readonly TargetName[];
  readonly droppedColumns: readonly (TargetName & { readonly column: string; readonly renamedTo?: string })[];
};

/** What of the session at the source changes the meaning of a statement. */
export type Session = { readonly sqlMode: number; readonly timeZone: string };

export type LedgerRow = {
  readonly id: string;
  readonly epoch: number;
  readonly transaction: number;
  readonly words: string;
  readonly schema: string;
  readonly sql: string;
  readonly targetSql: string | undefined;
  readonly tables: readonly TargetName[];
  readonly state: DdlState;
  readonly reason: Reason | undefined;
  readonly decision: Decision | undefined;
  readonly queue: string | undefined;
  readonly fingerprint: string | undefined;
  readonly effects: Effects | undefined;
  readonly session: Session;
  readonly arrived: bigint;
  readonly passed: bigint;
  readonly drained: bigint;
  readonly log: { readonly gtid: string; readonly file: string; readonly position: number };
  readonly committed: number;
  readonly updatedAt: number;
};

/** What the ledger notes of a statement when it is first met. */
export type Arrival = Pick<Statement, 'epoch' | 'transaction' | 'schema' | 'sql' | 'session' | 'checkpoint'>;

export type LedgerChange = {
  state?: DdlState;
  words?: string;
  targetSql?: string | null;
  tables?: readonly TargetName[];
  reason?: Reason | null;
  decision?: Decision | null;
  queue?: string | null;
  fingerprint?: string | null;
  effects?: Effects | null;
};

/** Makes the table when it is missing; needs no right to create when it is there. Errors: the driver's. */
export async function ensureLedger(connection: Connection): Promise<void> {
  if (await hasLutraTable(connection, 'ddl')) return;
  await connection.query(CREATE_TABLE);
}

/** The ledger of one pipeline over one connection. Errors of all: the driver's. */
export class DdlLedger {
  private readonly connection: Connection;
  private readonly owner: CheckpointOwner;

  constructor(connection: Connection, owner: CheckpointOwner) {
    this.connection = connection;
    this.owner = owner;
  }

  /** Notes that this partition stands at the statement; makes its row when it is the first. */
  async arrive({ epoch, transaction, schema, sql, session, checkpoint }: Arrival, words: string): Promise<LedgerRow> {
    const { uid, channel, pipeline, source } = this.owner;
    const { gtid, file, position, committed } = checkpoint;
    const row = {
      ...{ uid, epoch, transaction, channel, pipeline, source, words, default_schema: schema, statement: sql },
      ...{ target_tables: '[]', session: JSON.stringify(session), state: 'arriving', gtid, file, position, committed },
    };
    await this.connection.query(
      `INSERT INTO ${TABLE} SET ?, updated_at = UTC_TIMESTAMP(6), arrived = ? ON DUPLICATE KEY UPDATE arrived = arrived | ?`,
      [row, rawSql(this.bit), rawSql(this.bit)],
    );
    const found = await this.read(epoch, transaction);
    if (found === undefined) throw new Error('a row of lutra.ddl vanished while it was written');
    return found;
  }

  async read(epoch: number, transaction: number): Promise<LedgerRow | undefined> {
    const [found] = await this.select('epoch = ? AND transaction = ?', [epoch, transaction]);
    return found;
  }

  /** Statements of queues that are not drained yet, in source order. */
  inQueues(): Promise<LedgerRow[]> {
    return this.select('queue IS NOT NULL', []);
  }

  /** The newest statements, newest first. */
  newest(limit: number): Promise<LedgerRow[]> {
    return this.select('TRUE', [], `DESC LIMIT ${limit}`);
  }

  /** Whether a statement with this text for the target was applied before. */
  async hasApplied(targetSql: string): Promise<boolean> {
    return (await this.select("state = 'applied' AND target_statement = ?", [targetSql])).length > 0;
  }

  /** Statements that took something away, in source order. */
  withEffects(): Promise<LedgerRow[]> {
    return this.select('effects IS NOT NULL', []);
  }

  async change({ epoch, transaction }: { epoch: number; transaction: number }, change: LedgerChange): Promise<void> {
    await this.connection.query(this.changeSql(), [columnsOf(change), this.owner.uid, epoch, transaction]);
  }

  /** Notes that this partition has gone on behind the statement, or has drained what was parked before it. */
  async note(
    bits: 'passed' | 'drained',
    { epoch, transaction }: { epoch: number; transaction: number },
  ): Promise<void> {
    await this.connection.query(
      `UPDATE ${TABLE} SET ${bits} = ${bits} | ? WHERE uid = ? AND epoch = ? AND transaction = ?`,
      [rawSql(this.bit), this.owner.uid, epoch, transaction],
    );
  }

  /** Statements that wait in `other` wait in `queue` from now on; null: they wait no longer. */
  async moveQueue(other: string, queue: string | null): Promise<void> {
    await this.connection.query(`UPDATE ${TABLE} SET queue = ? WHERE uid = ? AND queue = ?`, [
      queue,
      this.owner.uid,
      other,
    ]);
  }

  /** One loader at a time executes statements of a pipeline; false when another one does. The lock ends with the connection. */
  async tryLock(): Promise<boolean> {
    const [rows] = await this.connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, 0) AS got', [this.lockName]);
    return Number(rows[0]?.got) === 1;
  }

  async unlock(): Promise<void> {
    await this.connection.query('DO RELEASE_LOCK(?)', [this.lockName]);
  }

  hasPassed({ passed }: LedgerRow): boolean {
    return (passed & (1n << BigInt(this.owner.partition))) !== 0n;
  }

  /** At most 64 characters. */
  private get lockName(): string {
    return `lutra.ddl ${createHash('sha1').update(this.owner.uid).digest('hex')}`;
  }

  /** Whether every partition has set its bit. */
  isComplete(bits: bigint, partitions: number): boolean {
    return bits === (1n << BigInt(partitions)) - 1n;
  }

  private get bit(): string {
    return String(1n << BigInt(this.owner.partition));
  }

  private changeSql(): string {
    return `UPDATE ${TABLE} SET ?, updated_at = UTC_TIMESTAMP(6) WHERE uid = ? AND epoch = ? AND transaction = ?`;
  }

  private async select(where: string, values: readonly unknown[], order = ''): Promise<LedgerRow[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(
      `SELECT *, CAST(UNIX_TIMESTAMP(updated_at) * 1000 AS UNSIGNED) AS updated_ms FROM ${TABLE} WHERE uid = ? AND ${where} ORDER BY epoch ${order.split(' ')[0]}, transaction ${order}`,
      [this.owner.uid, ...values],
    );
    return rows.map(toLedgerRow);
  }
}

function columnsOf(change: LedgerChange): Record<string, unknown> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  const names: Record<keyof LedgerChange, [column: string, write: (value: unknown) => unknown]> = {
    state: ['state', String],
    words: ['words', String],
    targetSql: ['target_statement', (value) => value],
    tables: ['target_tables', (value) => json((value as TargetName[]).map(({ schema, table }) => [schema, table]))],
    reason: ['reason', json],
    decision: ['decision', json],
    queue: ['queue', (value) => value],
    fingerprint: ['fingerprint', (value) => value],
    effects: ['effects', json],
  };
  return Object.fromEntries(
    Object.entries(change).map(([key, value]) => {
      const [column, write] = names[key as keyof LedgerChange];
      return [column, write(value)];
    }),
  );
}

function toLedgerRow(row: RowDataPacket): LedgerRow {
  const text = (value: unknown): string | undefined =>
    value === null || value === undefined ? undefined : String(value);
  const json = <T>(value: unknown): T | undefined => (value === null ? undefined : (JSON.parse(String(value)) as T));
  return {
    id: `${row.epoch}-${row.transaction}`,
    epoch: Number(row.epoch),
    transaction: Number(row.transaction),
    words: String(row.words),
    schema: String(row.default_schema),
    sql: String(row.statement),
    targetSql: text(row.target_statement),
    tables: (json<[string, string][]>(row.target_tables) ?? []).map(([schema, table]) => ({ schema, table })),
    state: String(row.state) as DdlState,
    reason: json<Reason>(row.reason),
    decision: json<Decision>(row.decision),
    queue: text(row.queue),
    fingerprint: text(row.fingerprint),
    effects: json<Effects>(row.effects),
    session: JSON.parse(String(row.session)) as Session,
    arrived: BigInt(row.arrived),
    passed: BigInt(row.passed),
    drained: BigInt(row.drained),
    log: { gtid: String(row.gtid), file: String(row.file), position: Number(row.position) },
    committed: Number(row.committed),
    updatedAt: Number(row.updated_ms),
  };
}

/** A ledger row as it is told to people. */
export function toEntry(row: LedgerRow, { uid, channel, pipeline, source }: CheckpointOwner): DdlEntry {
  const { id, words, schema, sql, targetSql, tables, state, reason, decision, log } = row;
  return {
    ...{ id, uid, channel, pipeline, source, words, schema, sql: cut(sql), state },
    ...(targetSql === undefined ? {} : { targetSql: cut(targetSql) }),
    tables: tables.map((name) => `${name.schema}.${name.table}`),
    ...(reason === undefined ? {} : { reason }),
    ...(decision === undefined ? {} : { decision }),
    ...log,
    committedAt: Math.round(row.committed / 1000),
    updatedAt: row.updatedAt,
  };
}

const SHOWN_CHARACTERS = 65_536;

function cut(sql: string): string {
  return sql.length <= SHOWN_CHARACTERS ? sql : `${sql.slice(0, SHOWN_CHARACTERS)}…`;
}
