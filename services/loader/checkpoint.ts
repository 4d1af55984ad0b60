import { type RecordHead, readLog } from '../../shared/codec/record-head.ts';
import { type Connection, formatSql, type RowDataPacket, rawSql } from '../../shared/mysql/connection.ts';

/** Identity of the last applied record of a partition. `serial` counts records of the epoch without gaps. */
export type Identity = { readonly epoch: number; readonly serial: number };

/** Progress of one partition of a pipeline, stored in the target in the transaction that applies the rows. */
export type Checkpoint = {
  /** Next offset to read at this site's Kafka. */
  readonly nextOffset: bigint;
  /** Everything before it was applied once; above `nextOffset` after an operator moved that back. Read from the table, raised by it. */
  readonly highestOffset?: bigint | undefined;
  /** Undefined after an operator moved the offset: the next record is accepted whatever its serial. */
  readonly identity: Identity | undefined;
  readonly transaction: number;
  readonly gtid: string;
  readonly file: string;
  readonly position: number;
  /** Commit time at the source, µs. */
  readonly committed: number;
};

/** Which row of `lutra.checkpoint`, and what else stands in it for people and for loop detection. */
export type CheckpointOwner = {
  readonly uid: string;
  readonly topic: string;
  readonly partition: number;
  readonly channel: string;
  readonly pipeline: string;
  readonly source: string;
};

export const CHECKPOINT_TABLE = '`lutra`.`checkpoint`';

const HIGHEST_COLUMN = "highest_offset BIGINT NOT NULL DEFAULT 0 COMMENT 'everything before it was applied once'";
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${CHECKPOINT_TABLE} (
  uid VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  \`partition\` INT NOT NULL,
  channel VARCHAR(64) NOT NULL,
  pipeline VARCHAR(64) NOT NULL,
  source VARCHAR(200) NOT NULL,
  next_offset BIGINT NOT NULL,
  ${HIGHEST_COLUMN},
  epoch BIGINT NULL,
  serial BIGINT NULL,
  transaction BIGINT NOT NULL,
  gtid VARCHAR(200) NOT NULL,
  file VARCHAR(255) NOT NULL,
  position BIGINT NOT NULL,
  committed BIGINT NOT NULL COMMENT 'commit time at the source, microseconds since 1970',
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (uid, topic, \`partition\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Lutra: progress of pipelines; written with the rows it covers'`;

/** Makes schema, table and columns when they are missing; needs no right to create when they are there. Errors: the driver's. */
export async function ensureCheckpointTable(connection: Connection): Promise<void> {
  const [found] = await connection.query<RowDataPacket[]>(
    "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'lutra' AND TABLE_NAME = 'checkpoint'",
  );
  if (found.some(({ name }) => String(name) === 'highest_offset')) return;
  if (found.length > 0) {
    await connection.query(`ALTER TABLE ${CHECKPOINT_TABLE} ADD COLUMN ${HIGHEST_COLUMN} AFTER next_offset`);
    return;
  }
  await connection.query('CREATE DATABASE IF NOT EXISTS lutra CHARACTER SET utf8mb4');
  await connection.query(CREATE_TABLE);
}

/** Whether a table of ours is there: CREATE TABLE IF NOT EXISTS would stand in the target's log every time. Errors: the driver's. */
export async function hasLutraTable(connection: Connection, name: string): Promise<boolean> {
  const [found] = await connection.query<RowDataPacket[]>(
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'lutra' AND TABLE_NAME = ?",
    [name],
  );
  return found.length > 0;
}

/** The stored checkpoint, undefined when there is none. Errors: the driver's. */
export async function readCheckpoint(connection: Connection, owner: CheckpointOwner): Promise<Checkpoint | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT * FROM ${CHECKPOINT_TABLE} WHERE uid = ? AND topic = ? AND \`partition\` = ?`,
    [owner.uid, owner.topic, owner.partition],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const isKnown = row.epoch !== null && row.serial !== null;
  return {
    nextOffset: BigInt(row.next_offset),
    highestOffset: BigInt(row.highest_offset),
    identity: isKnown ? { epoch: Number(row.epoch), serial: Number(row.serial) } : undefined,
    transaction: Number(row.transaction),
    gtid: String(row.gtid),
    file: String(row.file),
    position: Number(row.position),
    committed: Number(row.committed),
  };
}

/**
 * The statement that moves the checkpoint from `previous` (undefined: there is no row yet) to `next`. It changes exactly one row, or none or fails with a
 * duplicate key when somebody else has moved it: two loaders that believe they own a partition cannot both commit. `isApplied`: what lies before `next` is applied.
 */
export function moveCheckpoint(
  owner: CheckpointOwner,
  previous: bigint | undefined,
  next: Checkpoint,
  isApplied: boolean,
): string {
  const highest = isApplied ? next.nextOffset.toString() : '0';
  const values = {
    next_offset: next.nextOffset.toString(),
    epoch: next.identity?.epoch ?? null,
    serial: next.identity?.serial ?? null,
    transaction: next.transaction,
    gtid: next.gtid,
    file: next.file,
    position: next.position,
    committed: next.committed,
  };
  const now = rawSql('UTC_TIMESTAMP(6)');
  if (previous === undefined) {
    const { uid, topic, partition, channel, pipeline, source } = owner;
    const row = {
      uid,
      topic,
      partition,
      channel,
      pipeline,
      source,
      ...values,
      highest_offset: highest,
      updated_at: now,
    };
    return formatSql(`INSERT INTO ${CHECKPOINT_TABLE} SET ?`, [row]);
  }
  return formatSql(
    `UPDATE ${CHECKPOINT_TABLE} SET ? WHERE uid = ? AND topic = ? AND \`partition\` = ? AND next_offset = ?`,
    [
      { ...values, highest_offset: rawSql(`GREATEST(highest_offset, ${highest})`), updated_at: now },
      owner.uid,
      owner.topic,
      owner.partition,
      previous.toString(),
    ],
  );
}

/** Where the stream is behind a record. */
export function checkpointOf(value: Buffer, head: RecordHead, offset: string): Checkpoint {
  return {
    nextOffset: BigInt(offset) + 1n,
    identity: { epoch: head.epoch, serial: head.serial },
    transaction: head.transaction,
    ...readLog(value, head.logAt),
    committed: head.committed,
  };
}
