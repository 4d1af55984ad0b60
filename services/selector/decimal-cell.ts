import { at, type Cell } from './cell-codec.ts';
import type { EventReader } from './event-reader.ts';

const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
/** What a reader of decimals has read last. */
export const decimalText = Buffer.alloc(96);

/** DECIMAL(precision,scale) as Avro string. */
export function decimal(precision: number, scale: number): Cell {
  const read = decimalReader(precision, scale);
  return (input, out) => out.slice(decimalText, 0, read(input));
}

/** Reads a DECIMAL(precision,scale) into `decimalText` and returns the length of its text. The format: groups of nine digits in 4 bytes big-endian, left-over digits in fewer; the sign bit is inverted, negative numbers are complemented. */
export function decimalReader(precision: number, scale: number): (input: EventReader) => number {
  const integers = precision - scale;
  const groups: { bytes: number; digits: number; limit: number; point: boolean }[] = [];
  const add = (digits: number, point: boolean): void => {
    if (digits > 0 || point) groups.push({ bytes: DIGIT_BYTES[digits] as number, digits, limit: 10 ** digits, point });
  };
  add(integers % 9, false);
  for (let i = 0; i < Math.floor(integers / 9); i++) add(9, false);
  const fractions = Math.floor(scale / 9);
  for (let i = 0; i < fractions; i++) add(9, i === 0);
  if (scale % 9 > 0) add(scale % 9, fractions === 0);
  return (input) => {
    const b = input.bytes;
    let p = input.at;
    const negative = (at(b, p) & 0x80) === 0;
    const flip = negative ? 0xff : 0;
    let first = 0x80;
    let end = 0;
    let leading = true;
    if (negative) decimalText[end++] = 45;
    for (const group of groups) {
      let n = 0;
      for (const stop = p + group.bytes; p < stop; p++) {
        n = n * 256 + (at(b, p) ^ flip ^ first);
        first = 0;
      }
      if (n >= group.limit) throw new RangeError('a DECIMAL has a digit group that is none');
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
    input.at = p;
    if (leading) decimalText[end++] = 48;
    return end;
  };
}

function digitCount(n: number): number {
  let count = 1;
  for (let limit = 10; n >= limit; limit *= 10) count++;
  return count;
}

/** `n` below 10^9. */
function digitsOf(n: number, start: number, count: number): number {
  for (let i = start + count - 1; i >= start; i--) {
    const rest = (n / 10) | 0;
    decimalText[i] = 48 + n - rest * 10;
    n = rest;
  }
  return start + count;
}
