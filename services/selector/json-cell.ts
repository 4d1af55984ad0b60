import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { jsonDoubleText } from '../../shared/mysql/double-text.ts';
import type { Cell } from './cell-codec.ts';
import { decimalReader, decimalText } from './decimal-cell.ts';
import { EventReader } from './event-reader.ts';
import { jsonTemporalText } from './json-temporal.ts';
import { ascii, beginText, byte, endText, quoted, raw, separator } from './json-text.ts';

/**
 * Binary JSON as the text that SELECT prints, from bytes to bytes: no JavaScript object is made of a document.
 * Source: MySQL `sql-common/json_binary.h` (format), `sql-common/json_dom.cc` (text).
 */

const Kind = {
  SMALL_OBJECT: 0,
  LARGE_OBJECT: 1,
  SMALL_ARRAY: 2,
  LARGE_ARRAY: 3,
  LITERAL: 4,
  INT16: 5,
  UINT16: 6,
  INT32: 7,
  UINT32: 8,
  INT64: 9,
  UINT64: 10,
  DOUBLE: 11,
  STRING: 12,
  OPAQUE: 15,
} as const;

const Field = { TIMESTAMP: 7, DATE: 10, TIME: 11, DATETIME: 12, DECIMAL: 246, VAR_STRING: 253 } as const;
const LITERALS = ['null', 'true', 'false'];
const MOST_DEPTH = 100;

/** Bytes of the document that may still be visited: parts never overlap in a sound one, so a crafted one cannot make us run in circles. */
let budget = 0;

/** A JSON column: `lengthBytes` of length, then the document. Errors: RangeError for a document that contradicts itself. */
export function json(lengthBytes: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    if (input.at > input.end) throw new RangeError('a JSON document is longer than its event');
    jsonText(input.bytes, start, input.at, out);
  };
}

/** Writes the document in `bytes[start..end)` as an Avro string. One of no bytes is `null`, as for the server. */
export function jsonText(bytes: Buffer, start: number, end: number, out: AvroWriter): void {
  beginText();
  budget = 2 * (end - start);
  if (start === end) ascii('null');
  else writeValue(bytes, bytes[start] as number, start + 1, end, 0);
  endText(out);
}

function writeValue(b: Buffer, kind: number, at: number, end: number, depth: number): void {
  switch (kind) {
    case Kind.SMALL_OBJECT:
    case Kind.LARGE_OBJECT:
      writeObject(b, at, end, kind === Kind.LARGE_OBJECT, depth + 1);
      return;
    case Kind.SMALL_ARRAY:
    case Kind.LARGE_ARRAY:
      writeArray(b, at, end, kind === Kind.LARGE_ARRAY, depth + 1);
      return;
    case Kind.STRING: {
      const { start, length } = counted(b, at, end);
      writeText(b, start, start + length);
      return;
    }
    case Kind.OPAQUE:
      writeOpaque(b, at, end);
      return;
    default:
      writeScalar(b, kind, at, end);
  }
}

function writeScalar(b: Buffer, kind: number, at: number, end: number): void {
  switch (kind) {
    case Kind.LITERAL: {
      need(at, 1, end);
      const word = LITERALS[b[at] as number];
      if (word === undefined) throw new RangeError(`a JSON literal has the number ${b[at]}`);
      ascii(word);
      return;
    }
    case Kind.INT16:
      need(at, 2, end);
      ascii(String(b.readInt16LE(at)));
      return;
    case Kind.UINT16:
      need(at, 2, end);
      ascii(String(b.readUInt16LE(at)));
      return;
    case Kind.INT32:
      need(at, 4, end);
      ascii(String(b.readInt32LE(at)));
      return;
    case Kind.UINT32:
      need(at, 4, end);
      ascii(String(b.readUInt32LE(at)));
      return;
    case Kind.INT64:
      need(at, 8, end);
      ascii(String(b.readBigInt64LE(at)));
      return;
    case Kind.UINT64:
      need(at, 8, end);
      ascii(String(b.readBigUInt64LE(at)));
      return;
    case Kind.DOUBLE:
      need(at, 8, end);
      writeDouble(b.readDoubleLE(at));
      return;
    default:
      throw new RangeError(`a JSON value has the type ${kind}`);
  }
}

function writeDouble(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError('a JSON number is not finite');
  ascii(jsonDoubleText(value));
}

type Container = { readonly count: number; readonly end: number; readonly offsetBytes: number };

function openContainer(b: Buffer, at: number, end: number, large: boolean, depth: number): Container {
  if (depth > MOST_DEPTH) throw new RangeError(`a JSON document is nested deeper than ${MOST_DEPTH}`);
  const offsetBytes = large ? 4 : 2;
  need(at, 2 * offsetBytes, end);
  const count = b.readUIntLE(at, offsetBytes);
  const size = b.readUIntLE(at + offsetBytes, offsetBytes);
  need(at, size, end);
  return { count, end: at + size, offsetBytes };
}

function writeObject(b: Buffer, base: number, limit: number, large: boolean, depth: number): void {
  const { count, end, offsetBytes } = openContainer(b, base, limit, large, depth);
  const keys = base + 2 * offsetBytes;
  const values = keys + count * (offsetBytes + 2);
  need(keys, count * (2 * offsetBytes + 3), end);
  byte(123);
  for (let i = 0; i < count; i++) {
    if (i > 0) separator(44);
    const entry = keys + i * (offsetBytes + 2);
    const start = base + b.readUIntLE(entry, offsetBytes);
    const length = b.readUInt16LE(entry + offsetBytes);
    need(start, length, end);
    writeText(b, start, start + length);
    separator(58);
    writeEntry(b, base, values + i * (offsetBytes + 1), end, offsetBytes, depth);
  }
  byte(125);
}

function writeArray(b: Buffer, base: number, limit: number, large: boolean, depth: number): void {
  const { count, end, offsetBytes } = openContainer(b, base, limit, large, depth);
  const values = base + 2 * offsetBytes;
  need(values, count * (offsetBytes + 1), end);
  byte(91);
  for (let i = 0; i < count; i++) {
    if (i > 0) separator(44);
    writeEntry(b, base, values + i * (offsetBytes + 1), end, offsetBytes, depth);
  }
  byte(93);
}

/** A value entry: the type, then the value itself where it fits, else its offset in the container. */
function writeEntry(b: Buffer, base: number, at: number, end: number, offsetBytes: number, depth: number): void {
  const kind = b[at] as number;
  const inlined =
    kind === Kind.LITERAL ||
    kind === Kind.INT16 ||
    kind === Kind.UINT16 ||
    (offsetBytes === 4 && (kind === Kind.INT32 || kind === Kind.UINT32));
  spend(offsetBytes + 1);
  if (inlined) writeScalar(b, kind, at + 1, at + 1 + offsetBytes);
  else writeValue(b, kind, base + b.readUIntLE(at + 1, offsetBytes), end, depth);
}

function writeOpaque(b: Buffer, at: number, end: number): void {
  need(at, 1, end);
  const type = b[at] as number;
  const { start, length } = counted(b, at + 1, end);
  const stop = start + length;
  switch (type) {
    case Field.VAR_STRING:
      writeText(b, start, stop);
      return;
    case Field.DECIMAL:
      writeDecimal(b, start, stop);
      return;
    case Field.DATE:
    case Field.TIME:
    case Field.DATETIME:
    case Field.TIMESTAMP:
      if (length !== 8) throw new RangeError(`a date or time in a JSON document has ${length} bytes`);
      ascii(
        `"${jsonTemporalText(type === Field.DATE ? 'date' : type === Field.TIME ? 'time' : 'datetime', b.readBigInt64LE(start))}"`,
      );
      return;
    default:
      ascii(`"base64:type${type}:${base64Lines(b.toString('base64', start, stop))}"`);
  }
}

const decimalReaders = new Map<number, (input: EventReader) => number>();
const decimalInput = new EventReader();

/** Precision and scale, then the digits. */
function writeDecimal(b: Buffer, start: number, end: number): void {
  need(start, 2, end);
  const precision = b[start] as number;
  const scale = b[start + 1] as number;
  if (precision === 0 || precision > 65 || scale > precision) {
    throw new RangeError(`a DECIMAL(${precision},${scale}) stands in a JSON document`);
  }
  const id = (precision << 8) | scale;
  const read = decimalReaders.get(id) ?? decimalReader(precision, scale);
  decimalReaders.set(id, read);
  const length = read(decimalInput.open(b, start + 2, end));
  if (decimalInput.at !== end) throw new RangeError('a DECIMAL in a JSON document has too few or too many bytes');
  raw(decimalText, 0, length);
}

/** The server breaks the lines of base64 after 76 characters, and prints the break as `\n`. */
function base64Lines(base64: string): string {
  return base64.replace(/.{76}(?=.)/g, '$&\\n');
}

/** A length of 7 bits a byte, least first, then so many bytes. */
function counted(b: Buffer, at: number, end: number): { start: number; length: number } {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    need(at, i + 1, end);
    const byte = b[at + i] as number;
    length += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) {
      need(at + i + 1, length, end);
      return { start: at + i + 1, length };
    }
  }
  throw new RangeError('a length in a JSON document does not end');
}

function need(at: number, bytes: number, end: number): void {
  if (at + bytes > end) throw new RangeError('a JSON document reaches over its end');
}

/** A key or a text. */
function writeText(b: Buffer, start: number, end: number): void {
  spend(end - start);
  quoted(b, start, end);
}

function spend(bytes: number): void {
  budget -= bytes;
  if (budget < 0) throw new RangeError('parts of a JSON document overlap');
}
