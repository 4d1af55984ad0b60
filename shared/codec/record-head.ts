import { readInteger, readText, type Source, skipInteger, skipLengthPrefixed } from './avro-bytes.ts';

/** The Confluent wire format: a zero byte, then the schema's id in four bytes. */
const MAGIC = 0;
const PREFIX_BYTES = 5;

export const INSERT = 0x63;
export const UPDATE = 0x75;
export const DELETE = 0x64;
export const HEARTBEAT = 0x68;
export const STATEMENT = 0x73;
export const SELECTION = 0x65;
export const PART = 0x70;

/** The two fields that every value on a rows topic begins with (docs/architecture.md), read without knowing the rest of its schema. */
export type RecordHead = {
  op: number;
  epoch: number;
  transaction: number;
  serial: number;
  last: boolean;
  /** µs since 1970. */
  committed: number;
  /** Where gtid, file and position stand; `readLog` reads them. */
  logAt: number;
  bodyAt: number;
};

export type LogPlace = { readonly gtid: string; readonly file: string; readonly position: number };

/** Schema id of a value, undefined when it is not in the wire format. */
export function schemaIdOf(value: Buffer | null): number | undefined {
  if (value === null || value.length <= PREFIX_BYTES || value[0] !== MAGIC) return undefined;
  return value.readUInt32BE(1);
}

export function emptyHead(): RecordHead {
  return { op: 0, epoch: 0, transaction: 0, serial: 0, last: false, committed: 0, logAt: 0, bodyAt: 0 };
}

/** Reads the head of a value whose schema is known to begin with `op` and `source` into `head`, which is used again for every record; false when it does not hold one. */
export function readHead(value: Buffer, from: Source, head: RecordHead): boolean {
  from.bytes = value;
  from.at = PREFIX_BYTES + 2;
  if (value[PREFIX_BYTES] !== 2) return false;
  head.op = value[PREFIX_BYTES + 1] as number;
  head.epoch = readInteger(from);
  head.transaction = readInteger(from);
  skipInteger(from);
  head.serial = readInteger(from);
  head.last = value[from.at++] === 1;
  head.committed = readInteger(from);
  head.logAt = from.at;
  skipLengthPrefixed(from);
  skipLengthPrefixed(from);
  skipInteger(from);
  head.bodyAt = from.at;
  return from.at <= value.length;
}

/** Number of the record in its transaction, from 0. */
export function readOrdinal(value: Buffer): number {
  const from: Source = { bytes: value, at: PREFIX_BYTES + 2 };
  skipInteger(from);
  skipInteger(from);
  return readInteger(from);
}

export function readLog(value: Buffer, logAt: number): LogPlace {
  const from: Source = { bytes: value, at: logAt };
  const gtid = readText(from);
  const file = readText(from);
  return { gtid, file, position: readInteger(from) };
}

/** The body of a selection record: channel uid -> revision of its document. */
export function readRevisions(value: Buffer, bodyAt: number): Map<string, number> {
  const from: Source = { bytes: value, at: bodyAt };
  const revisions = new Map<string, number>();
  for (let count = readInteger(from); count > 0 && from.at < value.length; count = readInteger(from)) {
    for (; count > 0; count--) revisions.set(readText(from), readInteger(from));
  }
  return revisions;
}
