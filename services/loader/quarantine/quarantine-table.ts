import type { LogPlace } from '../../../shared/codec/record-head.ts';
import type { QuarantineState, RowDecision, ShownRow } from '../../../shared/model/quarantine-entry.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { TableName } from '../../../shared/model/table-pattern.ts';
import { type Connection, formatSql, type RowDataPacket, rawSql } from '../../../shared/mysql/connection.ts';
import { type CheckpointOwner, hasLutraTable } from '../checkpoint.ts';
import { comparePlaces, type RowLocks, type SourcePlace } from './row-locks.ts';

/** `lutra.quarantine` of the target: refused rows and those that wait behind them, as the topic had them. Written in the transactions of rows and checkpoint. */

const TABLE = '`lutra`.`quarantine`';
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  uid VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch BIGINT NOT NULL,
  transaction BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  piece INT NOT NULL COMMENT 'of the body of a large row, from 0; everything else stands in piece 0',
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  \`partition\` INT NOT NULL,
  record_offset BIGINT NOT NULL,
  target_schema VARCHAR(64) NOT NULL,
  target_table VARCHAR(64) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  reason LONGTEXT NULL COMMENT 'JSON: {code, message, remedy}',
  statement LONGTEXT NULL COMMENT 'what the target refused, cut',
  shown LONGTEXT NULL COMMENT 'JSON: the row for people',
  locks LONGTEXT NULL COMMENT 'JSON: what it depends on',
  decision LONGTEXT NULL COMMENT 'JSON: {action, values, by, at}',
  gtid VARCHAR(200) NOT NULL,
  file VARCHAR(255) NOT NULL,
  position BIGINT NOT NULL,
  committed BIGINT NOT NULL COMMENT 'commit time at the source, microseconds since 1970',
  quarantined_at BIGINT NOT NULL COMMENT 'milliseconds since 1970',
  schema_id INT UNSIGNED NOT NULL,
  op TINYINT UNSIGNED NOT NULL,
  head LONGBLOB NULL,
  record_key LONGBLOB NULL,
  body LONGBLOB NOT NULL,
  PRIMARY KEY (uid, epoch, transaction, ordinal, piece),
  KEY lane (uid, topic, \`partition\`, piece)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Lutra: refused rows and those that wait behind them'`;

const PIECE_BYTES = 1 << 20;
const CHUNK_ROWS = 500;

/** What is known of a row in quarantine without its bytes. */
export type QuarantinedRow = {
  readonly place: SourcePlace;
  readonly offset: string;
  readonly table: TableName;
  readonly state: QuarantineState;
  readonly reason: Reason | undefined;
  readonly sql: string | undefined;
  readonly shown: ShownRow | undefined;
  readonly locks: Pick<RowLocks, 'own' | 'parents' | 'leaves'> & Partial<Pick<RowLocks, 'row'>>;
  readonly decision: RowDecision | undefined;
  readonly log: LogPlace;
  /** µs since 1970. */
  readonly committed: number;
  readonly quarantinedAt: number;
  readonly bytes: number;
};

/** The record itself. */
export type QuarantinedRecord = {
  readonly schemaId: number;
  readonly op: number;
  readonly head: Buffer;
  readonly key: Buffer | null;
  readonly body: Buffer;
};

export type RowChange = {
  readonly state: QuarantineState;
  readonly reason?: Reason | undefined;
  readonly sql?: string | undefined;
  readonly decision?: RowDecision | undefined;
};

/** Makes the table when it is missing; needs no right to create when it is there. Errors: the driver's. */
export async function ensureQuarantine(connection: Connection): Promise<void> {
  if (await hasLutraTable(connection, 'quarantine')) return;
  await connection.query(CREATE_TABLE);
}

/** Keeps rows; one that is kept already stays as it is, so a repeat is harmless. */
export async function storeRows(
  connection: Connection,
  owner: CheckpointOwner,
  rows: readonly (QuarantinedRow & { readonly record: QuarantinedRecord })[],
): Promise<void> {
  let values: unknown[][] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (values.length === 0) return;
    await connection.query(
      `INSERT INTO ${TABLE} (uid, epoch, transaction, ordinal, piece, topic, \`partition\`, record_offset, target_schema, target_table, state, reason, statement, shown,
        locks, decision, gtid, file, position, committed, quarantined_at, schema_id, op, head, record_key, body) VALUES ? ON DUPLICATE KEY UPDATE piece = piece`,
      [values],
    );
    values = [];
    bytes = 0;
  };
  for (const row of rows) {
    const { body } = row.record;
    for (let piece = 0; piece === 0 || piece * PIECE_BYTES < body.length; piece++) {
      const part = body.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
      values.push(valuesOf(owner, row, piece, part));
      bytes += part.length;
      if (values.length >= CHUNK_ROWS || bytes >= PIECE_BYTES) await flush();
    }
  }
  await flush();
}

function valuesOf(
  { uid, topic, partition }: CheckpointOwner,
  row: QuarantinedRow & { readonly record: QuarantinedRecord },
  piece: number,
  body: Buffer,
): unknown[] {
  const { place, offset, table, state, reason, sql, shown, locks, log, committed, quarantinedAt, record } = row;
  const isFirst = piece === 0;
  const json = (value: unknown): string | null => (isFirst && value !== undefined ? JSON.stringify(value) : null);
  const { own, parents, leaves, row: named } = locks;
  return [
    ...[uid, place.epoch, place.transaction, place.ordinal, piece, topic, partition, offset],
    ...[table.schema, table.table, state, json(reason), isFirst ? (sql ?? null) : null, json(shown)],
    ...[json({ own, parents, leaves, row: named }), null, log.gtid, log.file, log.position, committed, quarantinedAt],
    ...[record.schemaId, record.op, isFirst ? record.head : null, isFirst ? record.key : null, body],
  ];
}

/** The rows of a partition in source order. */
export async function readRowsOf(
  connection: Connection,
  { uid, topic, partition }: CheckpointOwner,
): Promise<QuarantinedRow[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT q.*, s.bytes FROM (SELECT epoch, transaction, ordinal, record_offset, target_schema, target_table, state, reason, statement, shown, locks, decision,
        gtid, file, position, committed, quarantined_at FROM ${TABLE} WHERE uid = ? AND topic = ? AND \`partition\` = ? AND piece = 0) q
      JOIN (SELECT epoch, transaction, ordinal, SUM(LENGTH(body)) AS bytes FROM ${TABLE} WHERE uid = ? AND topic = ? AND \`partition\` = ?
        GROUP BY epoch, transaction, ordinal) s USING (epoch, transaction, ordinal)`,
    [uid, topic, partition, uid, topic, partition],
  );
  return rows.map(toRow).toSorted((a, b) => comparePlaces(a.place, b.place));
}

function toRow(row: RowDataPacket): QuarantinedRow {
  const json = <T>(value: unknown): T | undefined => (value === null ? undefined : (JSON.parse(String(value)) as T));
  return {
    place: { epoch: Number(row.epoch), transaction: Number(row.transaction), ordinal: Number(row.ordinal) },
    offset: String(row.record_offset),
    table: { schema: String(row.target_schema), table: String(row.target_table) },
    state: String(row.state) as QuarantineState,
    reason: json<Reason>(row.reason),
    sql: row.statement === null ? undefined : String(row.statement),
    shown: json<ShownRow>(row.shown),
    locks: json<QuarantinedRow['locks']>(row.locks) ?? { own: [], parents: [], leaves: [] },
    decision: json<RowDecision>(row.decision),
    log: { gtid: String(row.gtid), file: String(row.file), position: Number(row.position) },
    committed: Number(row.committed),
    quarantinedAt: Number(row.quarantined_at),
    bytes: Number(row.bytes),
  };
}

/** The record of a row; undefined when it has gone. */
export async function readRecord(
  connection: Connection,
  owner: CheckpointOwner,
  place: SourcePlace,
): Promise<QuarantinedRecord | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT schema_id, op, head, record_key, body FROM ${TABLE} WHERE ${AT_PLACE} ORDER BY piece`,
    placeValues(owner, place),
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    schemaId: Number(first.schema_id),
    op: Number(first.op),
    head: (first.head as Buffer | null) ?? Buffer.alloc(0),
    key: first.record_key as Buffer | null,
    body: Buffer.concat(rows.map(({ body }) => body as Buffer)),
  };
}

/** The statement that notes what became of a row. Of one that is settled only the note stays, until it is told. */
export function changeRow(owner: CheckpointOwner, place: SourcePlace, change: RowChange): string {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const isSettled = change.state === 'applied' || change.state === 'skipped';
  const columns = {
    state: change.state,
    reason: json(change.reason),
    statement: change.sql ?? null,
    ...(change.decision === undefined ? {} : { decision: json(change.decision) }),
    ...(isSettled ? { shown: null, head: null, record_key: null, body: rawSql("''") } : {}),
  };
  return formatSql(`UPDATE ${TABLE} SET ? WHERE ${AT_PLACE}${isSettled ? '' : ' AND piece = 0'}`, [
    columns,
    ...placeValues(owner, place),
  ]);
}

/** Takes away what is settled and told. */
export async function removeSettled(connection: Connection, { uid, topic, partition }: CheckpointOwner): Promise<void> {
  await connection.query(
    `DELETE FROM ${TABLE} WHERE uid = ? AND topic = ? AND \`partition\` = ? AND state IN ('applied', 'skipped')`,
    [uid, topic, partition],
  );
}

/** Rows and bytes of a pipeline that wait, all partitions. */
export async function countRows(
  connection: Connection,
  { uid }: Pick<CheckpointOwner, 'uid'>,
): Promise<{ rows: number; bytes: number }> {
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(SUM(piece = 0), 0) AS n, COALESCE(SUM(LENGTH(body)), 0) AS bytes FROM ${TABLE} WHERE uid = ? AND state IN ('refused', 'waiting')`,
    [uid],
  );
  return { rows: Number(found?.n ?? 0), bytes: Number(found?.bytes ?? 0) };
}

/** How many rows of some tables of a pipeline wait, all partitions; a table `*` is every one of its schema. */
export async function countRowsOf(
  connection: Connection,
  { uid }: Pick<CheckpointOwner, 'uid'>,
  tables: readonly TableName[],
): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT target_schema AS s, target_table AS t, COUNT(*) AS n FROM ${TABLE} WHERE uid = ? AND piece = 0 AND state IN ('refused', 'waiting') GROUP BY s, t`,
    [uid],
  );
  const isMeant = (row: RowDataPacket): boolean =>
    tables.some(({ schema, table }) => schema === String(row.s) && (table === '*' || table === String(row.t)));
  return rows.filter(isMeant).reduce((sum, { n }) => sum + Number(n), 0);
}

const AT_PLACE = 'uid = ? AND epoch = ? AND transaction = ? AND ordinal = ?';

function placeValues({ uid }: CheckpointOwner, { epoch, transaction, ordinal }: SourcePlace): (string | number)[] {
  return [uid, epoch, transaction, ordinal];
}
