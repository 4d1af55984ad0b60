import { readLength, type Source } from '../codec/avro-bytes.ts';
import { members } from '../mysql/column-fit.ts';
import type { TargetColumn } from '../mysql/target-table.ts';
import type { RowColumn } from './row-schema.ts';
import type { PlannedColumn } from './table-plan.ts';

/** Whether the target's column holds the value of the cell at `from` as it is. Leaves `from` where it stands. */
export type ExactTest = (from: Source) => boolean;

const SPACE = 32;
const DOT = 46;
const ZERO = 48;
const INTEGER = /^(tiny|small|medium|big)?int$/;

/**
 * A test for the pairs of columns in which the server changes a value without an error or a warning, whatever its sql_mode: fractions of seconds and of numbers,
 * spaces at the end, padded bytes, members of ENUM and SET. Undefined where it would say.
 */
export function exactTest({ source, target, isNarrower }: PlannedColumn): ExactTest | undefined {
  // NOTE the log does not tell the members of ENUM and SET to every reader: without them the values are looked at.
  const isOpen = /^(enum|set)$/.test(source.type);
  return target !== undefined && (isNarrower || isOpen) ? testOf(source, target) : undefined;
}

function testOf(source: RowColumn, target: TargetColumn): ExactTest | undefined {
  const { dataType } = target;
  switch (source.kind) {
    case 'double':
    case 'float':
      if (INTEGER.test(dataType)) return onNumber(source.kind, Number.isInteger);
      if (dataType === 'float') return onNumber(source.kind, (value) => Math.fround(value) === value);
      return undefined;
    case 'decimal':
      if (INTEGER.test(dataType))
        return onBytes((bytes, start, end) => isZeroFrom(bytes, bytes.indexOf(DOT, start), end));
      if (dataType === 'double') return onText((text) => significantDigits(text) <= 15);
      if (dataType === 'float') return onText((text) => significantDigits(text) <= 6);
      return undefined;
    case 'bytes':
      if (dataType !== 'binary') return undefined;
      return onBytes((_, start, end) => end - start === target.length);
    case 'text':
      return textTest(source, target);
    default:
      return undefined;
  }
}

function textTest({ type }: RowColumn, { dataType, columnType, fraction }: TargetColumn): ExactTest | undefined {
  if (/^(time|datetime|timestamp)/.test(type)) {
    if (dataType === 'date') return onText((text) => /^.{10}( 00:00:00(\.0*)?)?$/.test(text));
    if (fraction === undefined) return undefined;
    return onBytes((bytes, start, end) => {
      const dot = bytes.indexOf(DOT, start);
      return dot < 0 || dot >= end || isZeroFrom(bytes, dot + fraction, end);
    });
  }
  if (dataType === 'char' && !type.startsWith('char')) return onBytes((bytes, _, end) => bytes[end - 1] !== SPACE);
  if (dataType === 'enum' || dataType === 'set') {
    const known = new Set(members(columnType));
    const parts = (text: string): string[] => (dataType === 'set' ? text.split(',') : [text]);
    return onText((text) => text === '' || parts(text).every((part) => known.has(part)));
  }
  return undefined;
}

function onNumber(kind: 'float' | 'double', isExact: (value: number) => boolean): ExactTest {
  return ({ bytes, at }) => isExact(kind === 'float' ? bytes.readFloatLE(at) : bytes.readDoubleLE(at));
}

function onText(isExact: (text: string) => boolean): ExactTest {
  return onBytes((bytes, start, end) => isExact(bytes.toString('utf8', start, end)));
}

function onBytes(isExact: (bytes: Buffer, start: number, end: number) => boolean): ExactTest {
  return (from) => {
    const start = from.at;
    const length = readLength(from);
    const first = from.at;
    from.at = start;
    return length === 0 || isExact(from.bytes, first, first + length);
  };
}

/** Whether only zeros stand behind `at`, which is the point or a digit; true when `at` lies outside. */
function isZeroFrom(bytes: Buffer, at: number, end: number): boolean {
  if (at < 0) return true;
  for (let i = at + 1; i < end; i++) if (bytes[i] !== ZERO) return false;
  return true;
}

function significantDigits(text: string): number {
  return text.replace(/^-?0*\.?0*|\./g, '').replace(/0+$/, '').length;
}
