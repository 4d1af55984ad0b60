import {
  type Connection,
  formatSql,
  type ResultSetHeader,
  type RowDataPacket,
} from '../../../shared/mysql/connection.ts';
import { type CheckpointOwner, hasLutraTable } from '../checkpoint.ts';

/** `lutra.parked` of the target: records of tables that wait for a held statement, in their order, as Kafka had them. */

const TABLE = '`lutra`.`parked`';
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uid VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  \`partition\` INT NOT NULL,
  record_offset BIGINT NOT NULL,
  queue VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'id of the held statement, see lutra.ddl',
  record_key LONGBLOB NULL,
  record LONGBLOB NOT NULL,
  UNIQUE KEY record (uid, topic, \`partition\`, record_offset),
  KEY queue (uid, \`partition\`, queue, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Lutra: records of tables that wait for a held statement'`;

/** A record to be kept for later. `queue`: what it waits for. */
export type ParkedRecord = {
  readonly queue: string;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly offset: string;
};
export type StoredRecord = {
  readonly id: string;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly offset: string;
};

const CHUNK_RECORDS = 1_000;
const CHUNK_BYTES = 1 << 20;

/** Makes the table when it is missing; needs no right to create when it is there. Errors: the driver's. */
export async function ensureParking(connection: Connection): Promise<void> {
  if (await hasLutraTable(connection, 'parked')) return;
  await connection.query(CREATE_TABLE);
}

/** Keeps records; one that is kept already stays where it is, so a repeat is harmless. */
export async function park(
  connection: Connection,
  owner: CheckpointOwner,
  records: readonly ParkedRecord[],
): Promise<void> {
  let rows: unknown[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    await connection.query(
      `INSERT INTO ${TABLE} (uid, topic, \`partition\`, record_offset, queue, record_key, record) VALUES ? ON DUPLICATE KEY UPDATE id = id`,
      [rows],
    );
    rows = [];
    bytes = 0;
  };
  for (const { queue, key, value, offset } of records) {
    rows.push([owner.uid, owner.topic, owner.partition, offset, queue, key, value]);
    bytes += value.length;
    if (rows.length >= CHUNK_RECORDS || bytes >= CHUNK_BYTES) await flush();
  }
  await flush();
}

/** The next records of a queue in this partition, in order, of about `bytes` and at least one; empty when there are none. */
export async function readParked(
  connection: Connection,
  owner: CheckpointOwner,
  queue: string,
  bytes: number,
): Promise<StoredRecord[]> {
  const [sizes] = await connection.query<RowDataPacket[]>(
    `SELECT id, LENGTH(record) AS size FROM ${TABLE} WHERE uid = ? AND topic = ? AND \`partition\` = ? AND queue = ? ORDER BY id LIMIT ${CHUNK_RECORDS}`,
    [owner.uid, owner.topic, owner.partition, queue],
  );
  let total = 0;
  const ids = sizes.filter(({ size }, index) => {
    total += Number(size);
    return index === 0 || total <= bytes;
  });
  if (ids.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id, record_offset, record_key, record FROM ${TABLE} WHERE id IN (?) ORDER BY id`,
    [ids.map(({ id }) => id)],
  );
  return rows.map((row) => ({
    id: String(row.id),
    key: row.record_key as Buffer | null,
    value: row.record as Buffer,
    offset: String(row.record_offset),
  }));
}

/** The statement that takes records away once they are applied. */
export function removeParked(records: readonly StoredRecord[]): string {
  return formatSql(`DELETE FROM ${TABLE} WHERE id IN (?)`, [records.map(({ id }) => id)]);
}

/** What waits in `other` waits in `queue` from now on, in every partition. */
export async function moveParked(
  connection: Connection,
  { uid }: CheckpointOwner,
  other: string,
  queue: string,
): Promise<void> {
  await connection.query<ResultSetHeader>(`UPDATE ${TABLE} SET queue = ? WHERE uid = ? AND queue = ?`, [
    queue,
    uid,
    other,
  ]);
}

/** Records of a pipeline that wait, by queue; all partitions. */
export async function countParked(connection: Connection, { uid }: CheckpointOwner): Promise<Map<string, number>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT queue, COUNT(*) AS n FROM ${TABLE} WHERE uid = ? GROUP BY queue`,
    [uid],
  );
  return new Map(rows.map((row) => [String(row.queue), Number(row.n)]));
}
