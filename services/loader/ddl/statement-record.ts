import type { Source } from '../../../shared/codec/avro-bytes.ts';
import { readInteger, readText } from '../../../shared/codec/avro-bytes.ts';
import type { RecordHead } from '../../../shared/codec/record-head.ts';
import { type Checkpoint, checkpointOf } from '../checkpoint.ts';
import type { Session } from './ddl-ledger.ts';

/** A statement of the source at its place in the stream. */
export type Statement = {
  /** `<epoch>-<transaction>`: the same in every partition. */
  readonly id: string;
  readonly epoch: number;
  readonly transaction: number;
  /** Default schema of the session at the source. */
  readonly schema: string;
  readonly sql: string;
  readonly session: Session;
  /** Where the stream is behind this record. */
  readonly checkpoint: Checkpoint;
  /** No rows of the same transaction follow in this partition. */
  readonly isLast: boolean;
  /** The record itself, to be parked. */
  readonly record: { readonly value: Buffer; readonly offset: string };
};

/** Reads the body behind the head of a statement record. Records of an earlier version end behind `sql`. */
export function readStatement(value: Buffer, head: RecordHead, offset: string): Statement {
  const from: Source = { bytes: value, at: head.bodyAt };
  const schema = readText(from);
  const sql = readText(from);
  const hasSession = from.at < value.length;
  return {
    id: `${head.epoch}-${head.transaction}`,
    epoch: head.epoch,
    transaction: head.transaction,
    schema,
    sql,
    session: hasSession ? { sqlMode: readInteger(from), timeZone: readText(from) } : { sqlMode: 0, timeZone: '' },
    checkpoint: checkpointOf(value, head, offset),
    isLast: head.last,
    record: { value, offset },
  };
}
