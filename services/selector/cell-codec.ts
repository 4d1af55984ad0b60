import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import type { EventReader } from './event-reader.ts';

/**
 * One function per column type: reads the cell at `input.at` and writes it as the Avro type of docs/architecture.md, moving both cursors.
 * No value is made in between. Room for 40 bytes is reserved by the caller; cells of variable length reserve their own.
 * Reads past the event's end are found by the caller once per row. Source: MySQL internals manual, "Binary log row format"; `my_time.cc`, `decimal.cc`.
 */
export type Cell = (input: EventReader, out: AvroWriter) => void;

const at = (b: Uint8Array, i: number): number => b[i] as number;

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
const u24 = (b: Uint8Array, i: number): number => at(b, i) | (at(b, i + 1) << 8) | (at(b, i + 2) << 16);
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

/** YYYY-MM-DD from 3 bytes: 15 bits year, 4 month, 5 day. Zero and partial dates as they are. */
export const date: Cell = (input, out) => {
  const v = u24(input.bytes, input.at);
  input.at += 3;
  out.int(10);
  ymd(out, v >> 9, (v >> 5) & 15, v & 31);
};

/** DATETIME(digits): 5 bytes big-endian (17 bits year*13+month, 5 day, 5 hour, 6 minute, 6 second, sign on top), then the fraction. */
export function datetime(digits: number): Cell {
  return (input, out) => {
    const b = input.bytes;
    const p = input.at;
    const high = at(b, p) * 256 + at(b, p + 1) - 0x8000;
    const low = (at(b, p + 2) << 16) | (at(b, p + 3) << 8) | at(b, p + 4);
    input.at += 5;
    const fraction = readFraction(input, digits);
    const ymdPart = high * 128 + (low >> 17);
    const months = ymdPart >> 5;
    out.int(digits > 0 ? 20 + digits : 19);
    ymd(out, Math.floor(months / 13), months % 13, ymdPart & 31);
    out.bytes[out.at++] = 32;
    hms(out, (low >> 12) & 31, (low >> 6) & 63, low & 63);
    writeFraction(out, fraction, digits);
  };
}

/** TIMESTAMP(digits): 4 bytes big-endian seconds since 1970 UTC, then the fraction; 0 is the zero date. */
export function timestamp(digits: number): Cell {
  return (input, out) => {
    const b = input.bytes;
    const p = input.at;
    const seconds = ((at(b, p) << 24) | (at(b, p + 1) << 16) | (at(b, p + 2) << 8) | at(b, p + 3)) >>> 0;
    input.at += 4;
    const fraction = readFraction(input, digits);
    out.int(digits > 0 ? 20 + digits : 19);
    if (seconds === 0 && fraction === 0) ymd(out, 0, 0, 0);
    else civil(out, Math.floor(seconds / 86400));
    out.bytes[out.at++] = 32;
    const day = seconds % 86400;
    hms(out, Math.floor(day / 3600), Math.floor(day / 60) % 60, day % 60);
    writeFraction(out, fraction, digits);
  };
}

/** TIME(digits): whole and fraction as one big-endian number around 0x800000…; hours 10 bits, minutes 6, seconds 6. */
export function time(digits: number): Cell {
  const fractionBytes = (digits + 1) >> 1;
  const scale = 256 ** fractionBytes;
  return (input, out) => {
    const packed = input.bytes.readUIntBE(input.at, 3 + fractionBytes) - 0x800000 * scale;
    input.at += 3 + fractionBytes;
    const negative = packed < 0;
    const size = Math.abs(packed);
    const whole = Math.floor(size / scale);
    const fraction = trimFraction(size % scale, digits);
    const hours = (whole >> 12) & 1023;
    out.int((negative ? 1 : 0) + (hours > 99 ? 9 : 8) + (digits > 0 ? 1 + digits : 0));
    if (negative) out.bytes[out.at++] = 45;
    if (hours > 99) out.bytes[out.at++] = 48 + Math.floor(hours / 100);
    hms(out, hours % 100, (whole >> 6) & 63, whole & 63);
    writeFraction(out, fraction, digits);
  };
}

const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
const decimalText = Buffer.alloc(96);

/** DECIMAL(precision,scale): groups of nine digits in 4 bytes big-endian, left-over digits in fewer; the sign bit is inverted, negative numbers are complemented. */
export function decimal(precision: number, scale: number): Cell {
  const integers = precision - scale;
  const groups: { bytes: number; digits: number; point: boolean }[] = [];
  const add = (digits: number, point: boolean): void => {
    if (digits > 0 || point) groups.push({ bytes: DIGIT_BYTES[digits] as number, digits, point });
  };
  add(integers % 9, false);
  for (let i = 0; i < Math.floor(integers / 9); i++) add(9, false);
  const fractions = Math.floor(scale / 9);
  for (let i = 0; i < fractions; i++) add(9, i === 0);
  if (scale % 9 > 0) add(scale % 9, fractions === 0);
  return (input, out) => {
    const negative = (at(input.bytes, input.at) & 0x80) === 0;
    const flip = negative ? 0xff : 0;
    let first = 0x80;
    let end = 0;
    let leading = true;
    if (negative) decimalText[end++] = 45;
    for (const group of groups) {
      let n = 0;
      for (let i = 0; i < group.bytes; i++) {
        n = n * 256 + (at(input.bytes, input.at++) ^ flip ^ first);
        first = 0;
      }
      if (group.point) {
        if (leading) decimalText[end++] = 48;
        leading = false;
        decimalText[end++] = 46;
      }
      if (leading) {
        if (n === 0) continue;
        leading = false;
        end = digitsOf(n, end, digitCount(n));
      } else {
        end = digitsOf(n, end, group.digits);
      }
    }
    if (leading) decimalText[end++] = 48;
    out.slice(decimalText, 0, end);
  };
}

function digitCount(n: number): number {
  let count = 1;
  for (let limit = 10; n >= limit; limit *= 10) count++;
  return count;
}

function digitsOf(n: number, start: number, count: number): number {
  for (let i = start + count - 1; i >= start; i--) {
    decimalText[i] = 48 + (n % 10);
    n = Math.floor(n / 10);
  }
  return start + count;
}

/** Bytes behind a little-endian length of `lengthBytes`; text in UTF-8 or ASCII, or bytes. */
export function counted(lengthBytes: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    out.slice(input.bytes, start, Math.min(input.at, input.end));
  };
}

export const countedShort: Cell = (input, out) => {
  const start = input.at + 1;
  input.at = start + at(input.bytes, input.at);
  out.slice(input.bytes, start, Math.min(input.at, input.end));
};

/** BINARY(size): the log drops trailing zero bytes, the column has them. */
export function paddedBinary(lengthBytes: number, size: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    out.reserve(size + 5);
    out.int(Math.max(size, length));
    out.bytes.set(input.bytes.subarray(start, input.at), out.at);
    out.bytes.fill(0, out.at + length, out.at + Math.max(size, length));
    out.at += Math.max(size, length);
  };
}

/** latin1 as MySQL has it: Windows-1252, its five unused bytes as the control characters of the same number. */
export function latin1(lengthBytes: number): Cell {
  return (input, out) => {
    const length = input.bytes.readUIntLE(input.at, lengthBytes);
    const start = input.at + lengthBytes;
    input.at = start + length;
    let size = 0;
    for (let i = start; i < input.at; i++) size += (LATIN1[at(input.bytes, i)] as Buffer).length;
    out.reserve(size + 5);
    out.int(size);
    for (let i = start; i < input.at; i++) {
      const encoded = LATIN1[at(input.bytes, i)] as Buffer;
      for (const byte of encoded) out.bytes[out.at++] = byte;
    }
  };
}
const WINDOWS_1252 = new TextDecoder('windows-1252');
const LATIN1 = Array.from({ length: 256 }, (_, code) => Buffer.from(WINDOWS_1252.decode(Uint8Array.of(code))));

/** ENUM: 1 or 2 bytes of index; 0 is the empty string that an invalid value became. */
export function enumeration(members: readonly string[], indexBytes: number): Cell {
  const texts = ['', ...members].map((member) => Buffer.from(member));
  return (input, out) => {
    const index = input.bytes.readUIntLE(input.at, indexBytes);
    input.at += indexBytes;
    const text = texts[index];
    if (text === undefined) throw new RangeError(`an ENUM of ${members.length} members has index ${index}`);
    out.slice(text, 0, text.length);
  };
}

/** SET: a bit per member, joined by commas in the order of the definition. */
export function set(members: readonly string[], bytes: number): Cell {
  return (input, out) => {
    const names: string[] = [];
    for (let i = 0; i < bytes * 8; i++) {
      if (((at(input.bytes, input.at + (i >> 3)) >> (i & 7)) & 1) === 1) names.push(members[i] ?? '');
    }
    input.at += bytes;
    out.text(names.join(','));
  };
}

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

function two(out: AvroWriter, n: number): void {
  out.bytes[out.at++] = 48 + Math.floor(n / 10);
  out.bytes[out.at++] = 48 + (n % 10);
}

function ymd(out: AvroWriter, year: number, month: number, day: number): void {
  two(out, Math.floor(year / 100));
  two(out, year % 100);
  out.bytes[out.at++] = 45;
  two(out, month);
  out.bytes[out.at++] = 45;
  two(out, day);
}

function hms(out: AvroWriter, hour: number, minute: number, second: number): void {
  two(out, hour);
  out.bytes[out.at++] = 58;
  two(out, minute);
  out.bytes[out.at++] = 58;
  two(out, second);
}

/** Days since 1970-01-01 as a date. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
function civil(out: AvroWriter, days: number): void {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  ymd(out, yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - Math.floor((153 * mp + 2) / 5) + 1);
}

function readFraction(input: EventReader, digits: number): number {
  if (digits === 0) return 0;
  const bytes = (digits + 1) >> 1;
  const n = input.bytes.readUIntBE(input.at, bytes);
  input.at += bytes;
  return trimFraction(n, digits);
}

/** An odd number of digits is stored with one digit more. */
function trimFraction(n: number, digits: number): number {
  return (digits & 1) === 1 ? Math.floor(n / 10) : n;
}

function writeFraction(out: AvroWriter, fraction: number, digits: number): void {
  if (digits === 0) return;
  out.bytes[out.at++] = 46;
  let n = fraction;
  for (let i = out.at + digits - 1; i >= out.at; i--) {
    out.bytes[i] = 48 + (n % 10);
    n = Math.floor(n / 10);
  }
  out.at += digits;
}
