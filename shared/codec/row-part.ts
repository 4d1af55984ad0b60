import { readInteger, readLength, readText, type Source } from './avro-bytes.ts';

/** A piece of a row that is too large for one Kafka record. `data` is a view of the record. */
export type RowPart = {
  /** Schema and op of the whole record. */
  readonly schemaId: number;
  readonly op: number;
  readonly index: number;
  readonly count: number;
  readonly data: Buffer;
};

/** Reads the body of a part record. */
export function readPart(value: Buffer, bodyAt: number): RowPart {
  const from: Source = { bytes: value, at: bodyAt };
  const schemaId = readInteger(from);
  const op = readText(from).charCodeAt(0);
  const index = readInteger(from);
  const count = readInteger(from);
  const length = readLength(from);
  return { schemaId, op, index, count, data: value.subarray(from.at, from.at + length) };
}
