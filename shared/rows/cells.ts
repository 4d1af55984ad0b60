import { readBigInteger, readLength, type Source } from '../codec/avro-bytes.ts';
import type { ByteSink } from './byte-sink.ts';
import { exactNumbers } from './exact-numbers.ts';

/**
 * One function per kind of column and form of output: reads the Avro cell at `from`, writes its text to `to`. No JavaScript value is made of it.
 * The caller has reserved twice the record's length and 28 bytes a column, which is the most that any cell takes.
 * Two forms: SQL literals, safe under a `sql_mode` without NO_BACKSLASH_ESCAPES (the session sets it), and the fields of LOAD DATA
 * (tab, backslash escapes; binary columns as hex, which the statement passes through UNHEX).
 */
export type CellWriter = (from: Source, to: ByteSink) => void;

/** How a column's value stands in the record. `decimal`: exact number as text. `year`: an integer, of which LOAD DATA would read `0` as 2000. `json`: a document as MySQL prints it, for a column of type JSON; into a text column it goes as `text`. */
export type CellKind = 'integer' | 'year' | 'float' | 'double' | 'decimal' | 'text' | 'json' | 'bytes';

const QUOTE = 39;
const BACKSLASH = 92;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

/** Not a record that Lutra wrote: the reader reports it with its place. */
export class MalformedCell extends Error {}

export const sqlCells: Readonly<Record<CellKind, CellWriter>> = {
  integer: writeInteger,
  year: writeInteger,
  float: writeFloat,
  double: writeDouble,
  decimal: writeDecimal,
  text: writeQuoted,
  json: writeJson,
  bytes: writeHexLiteral,
};

export const loadCells: Readonly<Record<CellKind, CellWriter>> = {
  integer: writeInteger,
  year: writeYear,
  float: writeFloat,
  double: writeDouble,
  decimal: writeDecimal,
  text: writeEscaped,
  json: writeEscaped,
  bytes: writeHex,
};

function writeInteger(from: Source, to: ByteSink): void {
  const { bytes } = from;
  const start = from.at;
  let at = start;
  let byte = bytes[at++] as number;
  let raw = byte & 127;
  let scale = 128;
  while (byte >= 128) {
    if (at - start === 7) {
      writeAscii(to, readBigInteger(from).toString());
      return;
    }
    byte = bytes[at++] as number;
    raw += (byte & 127) * scale;
    scale *= 128;
  }
  from.at = at;
  if (raw % 2 === 0) {
    writeDigits(to, raw / 2);
  } else {
    to.bytes[to.at++] = 45;
    writeDigits(to, (raw + 1) / 2);
  }
}

function writeYear(from: Source, to: ByteSink): void {
  if (from.bytes[from.at] === 0) {
    from.at += 1;
    writeAscii(to, '0000');
  } else {
    writeInteger(from, to);
  }
}

function writeDigits(to: ByteSink, value: number): void {
  if (value >= 2_147_483_648) {
    writeAscii(to, String(value));
    return;
  }
  let rest = value | 0;
  let end = to.at + decimalLength(rest);
  const out = to.bytes;
  to.at = end;
  do {
    const tenth = (rest / 10) | 0;
    out[--end] = 48 + rest - tenth * 10;
    rest = tenth;
  } while (rest > 0);
}

function decimalLength(value: number): number {
  if (value < 1e5) return value < 10 ? 1 : value < 100 ? 2 : value < 1e3 ? 3 : value < 1e4 ? 4 : 5;
  return value < 1e6 ? 6 : value < 1e7 ? 7 : value < 1e8 ? 8 : value < 1e9 ? 9 : 10;
}

function writeAscii(to: ByteSink, text: string): void {
  const out = to.bytes;
  for (let i = 0; i < text.length; i++) out[to.at++] = text.charCodeAt(i);
}

/** A FLOAT as the shortest text of the same DOUBLE: its way back is exact in an assignment and in a comparison. */
function writeFloat(from: Source, to: ByteSink): void {
  writeNumber(to, from.bytes.readFloatLE(from.at));
  from.at += 4;
}

function writeDouble(from: Source, to: ByteSink): void {
  writeNumber(to, from.bytes.readDoubleLE(from.at));
  from.at += 8;
}

/** With an exponent always, so that MySQL reads a DOUBLE and keeps the sign of zero. */
function writeNumber(to: ByteSink, value: number): void {
  if (!Number.isFinite(value)) throw new MalformedCell('a number that MySQL cannot hold');
  const text = Object.is(value, -0) ? '-0' : String(value);
  writeAscii(to, text.includes('e') ? text : `${text}e0`);
}

/** The only cell that is copied without quotes, so every byte of it is checked. */
function writeDecimal(from: Source, to: ByteSink): void {
  const length = readLength(from);
  const { bytes } = from;
  const out = to.bytes;
  const end = from.at + length;
  if (length === 0) throw new MalformedCell('an empty number');
  for (let at = from.at; at < end; at++) {
    const byte = bytes[at] as number;
    if ((byte < 48 || byte > 57) && byte !== 46 && !(byte === 45 && at === from.at)) {
      throw new MalformedCell('a number with a character that is no digit');
    }
    out[to.at++] = byte;
  }
  from.at = end;
}

function writeQuoted(from: Source, to: ByteSink): void {
  const length = readLength(from);
  const { bytes } = from;
  const out = to.bytes;
  const end = from.at + length;
  let o = to.at;
  out[o++] = QUOTE;
  for (let at = from.at; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH) out[o++] = byte;
    out[o++] = byte;
  }
  out[o++] = QUOTE;
  to.at = o;
  from.at = end;
}

/** The document's text, or JSON_SET over it when it holds DECIMALs. Those need room beyond what the caller reserved. */
function writeJson(from: Source, to: ByteSink): void {
  const place = { bytes: from.bytes, at: from.at };
  const length = readLength(place);
  const exact = exactNumbers(from.bytes, place.at, place.at + length);
  if (exact.length === 0) {
    writeQuoted(from, to);
    return;
  }
  const tail = exact.map(({ path, text }) => `,'${path.replace(/['\\]/g, '$&$&')}',${text}`).join('');
  to.widen(tail.length * 3 + 16);
  writeAscii(to, 'JSON_SET(');
  writeQuoted(from, to);
  to.at += to.bytes.write(tail, to.at, 'utf8');
  to.bytes[to.at++] = 41;
}

/** Tab, line feed, backslash and NUL are escaped; anything else stands for itself, whatever `LINES TERMINATED BY` would make of a carriage return. */
function writeEscaped(from: Source, to: ByteSink): void {
  const length = readLength(from);
  const { bytes } = from;
  const out = to.bytes;
  const end = from.at + length;
  let o = to.at;
  for (let at = from.at; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 9 || byte === 10 || byte === BACKSLASH || byte === 0) {
      out[o++] = BACKSLASH;
      out[o++] = byte === 9 ? 116 : byte === 10 ? 110 : byte === 0 ? 48 : BACKSLASH;
    } else {
      out[o++] = byte;
    }
  }
  to.at = o;
  from.at = end;
}

function writeHexLiteral(from: Source, to: ByteSink): void {
  to.bytes[to.at++] = 120;
  to.bytes[to.at++] = QUOTE;
  writeHex(from, to);
  to.bytes[to.at++] = QUOTE;
}

function writeHex(from: Source, to: ByteSink): void {
  const length = readLength(from);
  const { bytes } = from;
  const out = to.bytes;
  const end = from.at + length;
  let o = to.at;
  for (let at = from.at; at < end; at++) {
    const byte = bytes[at] as number;
    out[o++] = HEX[byte >>> 4] as number;
    out[o++] = HEX[byte & 15] as number;
  }
  to.at = o;
  from.at = end;
}
