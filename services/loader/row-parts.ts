import { readInteger, readLength, readText } from './avro-bytes.ts';
import type { Source } from './byte-sink.ts';

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

/** Joins the pieces of one row after the other. */
export class RowParts {
  private pieces: Buffer[] = [];

  /** The body of the whole record when this was its last piece. Throws a RangeError for a piece that does not follow. */
  add({ index, count, data }: RowPart): Buffer | undefined {
    if (index === 0) this.pieces = [];
    if (index !== this.pieces.length) {
      throw new RangeError(
        `it is piece ${index + 1} of ${count} of a large row, and the ${index} before it were not read; begin at the start of the row`,
      );
    }
    this.pieces.push(data);
    if (this.pieces.length < count) return undefined;
    const whole = Buffer.concat(this.pieces);
    this.pieces = [];
    return whole;
  }
}
