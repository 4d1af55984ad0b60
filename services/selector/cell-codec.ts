import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import type { EventReader } from './event-reader.ts';

/**
 * One function per column type: reads the cell at `input.at` and writes it as the Avro type of docs/architecture.md, moving both cursors.
 * No value is made in between. Room for 40 bytes is reserved by the caller; cells of variable length reserve their own.
 * Reads past the event's end are found by the caller once per row. Source: MySQL internals manual, "Binary log row format"; `my_time.cc`, `decimal.cc`.
 */
export type Cell = (input: EventReader, out: AvroWriter) => void;

export const at = (b: Uint8Array, i: number): number => b[i] as number;

export const tinyint: Cell = (input, out) => out.int((at(input.bytes, input.at++) << 24) >> 24);
export const tinyintUnsigned: Cell = (input, out) => out.int(at(input.bytes, input.at++));
export const smallint: Cell = (input, out) => {
  out.int(((at(input.bytes, input.at) | (at(input.bytes, input.at + 1) << 8)) << 16) >> 16);
  input.at += 2;
};
export const smallintUnsigned: Cell = (input, out) => {
  out.int(at(input.bytes, input.at) | (at(input.bytes, input.at + 1) << 8));
  input.at += 2;
};
export const u24 = (b: Uint8Array, i: number): number => at(b, i) | (at(b, i + 1) << 8) | (at(b, i + 2) << 16);
export const mediumint: Cell = (input, out) => {
  out.int((u24(input.bytes, input.at) << 8) >> 8);
  input.at += 3;
};
export const mediumintUnsigned: Cell = (input, out) => {
  out.int(u24(input.bytes, input.at));
  input.at += 3;
};
const i32 = (b: Uint8Array, i: number): number => u24(b, i) | (at(b, i + 3) << 24);
export const int: Cell = (input, out) => {
  out.int(i32(input.bytes, input.at));
  input.at += 4;
};
export const intUnsigned: Cell = (input, out) => {
  out.long(i32(input.bytes, input.at) >>> 0);
  input.at += 4;
};

const SAFE_HIGH = 1 << 19;
export const bigint: Cell = (input, out) => {
  const low = i32(input.bytes, input.at) >>> 0;
  const high = i32(input.bytes, input.at + 4);
  input.at += 8;
  if (high >= -SAFE_HIGH && high < SAFE_HIGH) out.long(high * 4294967296 + low);
  else out.bigLong((BigInt(high) << 32n) | BigInt(low));
};
export const bigintUnsigned: Cell = (input, out) => {
  const low = i32(input.bytes, input.at) >>> 0;
  const high = i32(input.bytes, input.at + 4) >>> 0;
  input.at += 8;
  const text = high < SAFE_HIGH ? String(high * 4294967296 + low) : String((BigInt(high) << 32n) | BigInt(low));
  ascii(out, text);
};

export const float: Cell = (input, out) => copy(input, out, 4);
export const double: Cell = (input, out) => copy(input, out, 8);
export const year: Cell = (input, out) => {
  const n = at(input.bytes, input.at++);
  out.int(n === 0 ? 0 : 1900 + n);
};

export function bit(bits: number): Cell {
  const bytes = (bits + 7) >> 3;
  return (input, out) => {
    out.slice(input.bytes, input.at, input.at + bytes);
    input.at += bytes;
  };
}

function copy(input: EventReader, out: AvroWriter, bytes: number): void {
  for (let i = 0; i < bytes; i++) out.bytes[out.at++] = at(input.bytes, input.at++);
}

function ascii(out: AvroWriter, text: string): void {
  out.int(text.length);
  for (let i = 0; i < text.length; i++) out.bytes[out.at++] = text.charCodeAt(i);
}
