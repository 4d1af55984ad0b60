import { readBigInteger, readLength, readText, type Source } from '../../codec/avro-bytes.ts';
import { Decimal } from '../../model/decimal.ts';
import type { Value } from '../../model/expression.ts';
import { type CellKind, MalformedCell } from '../cells.ts';

/** Reads a cell as the value that expressions work with. Exact: whole numbers of 64 bits, decimals. Dates are text. */
export const readCell: Readonly<Record<CellKind, (from: Source) => Value>> = {
  integer: readBigInteger,
  year: readBigInteger,
  float: (from) => {
    from.at += 4;
    return from.bytes.readFloatLE(from.at - 4);
  },
  double: (from) => {
    from.at += 8;
    return from.bytes.readDoubleLE(from.at - 8);
  },
  decimal: (from) => {
    const found = Decimal.parse(readText(from));
    if (found === undefined) throw new MalformedCell('a number with a character that is no digit');
    return found;
  },
  text: readText,
  json: readText,
  bytes: (from) => {
    const length = readLength(from);
    from.at += length;
    return from.bytes.subarray(from.at - length, from.at);
  },
};

/** How a computed value is written for a column of the target. Errors of `write`: Unfit. */
export type ComputedType = {
  readonly kind: CellKind;
  /** The cell as the branch of a union [null, …]. */
  readonly write: (value: unknown) => Buffer;
};

/** A result that the column cannot hold. Says the kinds, never the value. */
export class Unfit extends Error {}

const NULL_CELL = Buffer.from([0]);
const PRESENT = Buffer.from([2]);
const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'year']);

/** By the data type of the target's column, `varchar`. */
export function computedType(type: string): ComputedType {
  const own = typeOf(type);
  return {
    kind: own.kind,
    write: (value) => (value === null ? NULL_CELL : Buffer.concat([PRESENT, own.write(value)])),
  };
}

function typeOf(type: string): ComputedType {
  if (type === 'year')
    return { kind: 'decimal', write: (value) => textCell(wholeNumber(value, type).padStart(4, '0')) };
  if (INTEGERS.has(type)) return { kind: 'decimal', write: (value) => textCell(wholeNumber(value, type)) };
  if (type === 'decimal') return { kind: 'decimal', write: (value) => textCell(numberOf(value, type).toString()) };
  if (type === 'float' || type === 'double')
    return { kind: 'double', write: (value) => doubleCell(numberOf(value, type)) };
  if (/binary|blob|^bit$|geometry|point|linestring|polygon|vector/.test(type))
    return { kind: 'bytes', write: (value) => lengthPrefixed(bytesOf(value, type)) };
  return { kind: 'text', write: (value) => textCell(textOf(value, type)) };
}

function wholeNumber(value: unknown, type: string): string {
  const number = numberOf(value, type);
  const whole = number.toInteger();
  if (Decimal.from(whole).compare(number) !== 0)
    throw new Unfit(`gives a number with a fraction for a column of type ${type}`);
  return whole.toString();
}

function numberOf(value: unknown, type: string): Decimal {
  if (typeof value === 'boolean') return Decimal.from(value ? 1n : 0n);
  if (typeof value === 'bigint' || value instanceof Decimal) return Decimal.from(value);
  if (typeof value === 'number' && Number.isFinite(value)) return Decimal.from(value);
  const parsed = typeof value === 'string' ? Decimal.parse(value) : undefined;
  if (parsed === undefined) throw unfit(value, type);
  return parsed;
}

function bytesOf(value: unknown, type: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  if (type !== 'bit') throw unfit(value, type);
  const hex = BigInt(wholeNumber(value, type)).toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function textOf(value: unknown, type: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'bigint' || typeof value === 'number' || value instanceof Decimal) return String(value);
  throw unfit(value, type);
}

function unfit(value: unknown, type: string): Unfit {
  return new Unfit(`gives ${kindName(value)} for a column of type ${type}`);
}

export function kindName(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Decimal) return 'a decimal';
  const names: Partial<Record<string, string>> = {
    bigint: 'a whole number',
    number: 'a double',
    string: 'a text',
    boolean: 'a truth value',
  };
  return names[typeof value] ?? 'something that is no value of a column';
}

function doubleCell(value: Decimal): Buffer {
  const cell = Buffer.alloc(8);
  cell.writeDoubleLE(Number(value.toString()));
  return cell;
}

export function textCell(text: string): Buffer {
  return lengthPrefixed(Buffer.from(text));
}

/** An Avro long, then the bytes. */
function lengthPrefixed(bytes: Uint8Array): Buffer {
  const head: number[] = [];
  let rest = bytes.length * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) + 128);
  head.push(rest);
  return Buffer.concat([Buffer.from(head), bytes]);
}
