import type { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { at, type Cell, u24 } from './cell-codec.ts';
import type { EventReader } from './event-reader.ts';

/** Cells of dates and times: text as SELECT prints them. */

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
    instant(out, seconds, seconds === 0 && fraction === 0);
    writeFraction(out, fraction, digits);
  };
}

function instant(out: AvroWriter, seconds: number, isZero: boolean): void {
  if (isZero) ymd(out, 0, 0, 0);
  else civil(out, Math.floor(seconds / 86400));
  out.bytes[out.at++] = 32;
  const day = seconds % 86400;
  hms(out, Math.floor(day / 3600), Math.floor(day / 60) % 60, day % 60);
}

/** TIMESTAMP as it was before MySQL 5.6, and is in MariaDB's tables of mysql56_temporal_format=OFF: seconds, little-endian. */
export const oldTimestamp: Cell = (input, out) => {
  const seconds = input.bytes.readUInt32LE(input.at);
  input.at += 4;
  out.int(19);
  instant(out, seconds, seconds === 0);
};

/** DATETIME of the same age: the number YYYYMMDDhhmmss. */
export const oldDatetime: Cell = (input, out) => {
  const digits = Number(input.bytes.readBigUInt64LE(input.at));
  input.at += 8;
  const date = Math.floor(digits / 1_000_000);
  const clock = digits % 1_000_000;
  if (date > 9999_12_31) throw new RangeError('a DATETIME lies behind the year 9999');
  out.int(19);
  ymd(out, Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100);
  out.bytes[out.at++] = 32;
  hms(out, Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100);
};

/** TIME of the same age: the number hhmmss. */
export const oldTime: Cell = (input, out) => {
  const digits = input.bytes.readIntLE(input.at, 3);
  input.at += 3;
  const size = Math.abs(digits);
  const hours = Math.floor(size / 10_000);
  if (hours > 838) throw new RangeError('a TIME has more than 838 hours');
  out.int((digits < 0 ? 1 : 0) + (hours > 99 ? 9 : 8));
  if (digits < 0) out.bytes[out.at++] = 45;
  if (hours > 99) out.bytes[out.at++] = 48 + Math.floor(hours / 100);
  hms(out, hours % 100, Math.floor(size / 100) % 100, size % 100);
};

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

/** The digits of a number below 100. */
function two(b: Uint8Array, p: number, n: number): void {
  const tens = (n / 10) | 0;
  b[p] = 48 + tens;
  b[p + 1] = 48 + n - tens * 10;
}

function ymd(out: AvroWriter, year: number, month: number, day: number): void {
  if (year < 0 || year > 9999) throw new RangeError(`a date lies in the year ${year}`);
  const b = out.bytes;
  const p = out.at;
  const century = (year / 100) | 0;
  two(b, p, century);
  two(b, p + 2, year - century * 100);
  b[p + 4] = 45;
  two(b, p + 5, month);
  b[p + 7] = 45;
  two(b, p + 8, day);
  out.at = p + 10;
}

function hms(out: AvroWriter, hour: number, minute: number, second: number): void {
  const b = out.bytes;
  const p = out.at;
  two(b, p, hour);
  b[p + 2] = 58;
  two(b, p + 3, minute);
  b[p + 5] = 58;
  two(b, p + 6, second);
  out.at = p + 8;
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
  let n = 0;
  for (let i = 0; i < digits; i += 2) n = (n << 8) | at(input.bytes, input.at++);
  return trimFraction(n, digits);
}

/** An odd number of digits is stored with one digit more. */
function trimFraction(n: number, digits: number): number {
  return (digits & 1) === 1 ? Math.floor(n / 10) : n;
}

function writeFraction(out: AvroWriter, fraction: number, digits: number): void {
  if (digits === 0) return;
  const b = out.bytes;
  b[out.at] = 46;
  let n = fraction;
  for (let i = out.at + digits; i > out.at; i--) {
    const rest = (n / 10) | 0;
    b[i] = 48 + n - rest * 10;
    n = rest;
  }
  out.at += digits + 1;
}
