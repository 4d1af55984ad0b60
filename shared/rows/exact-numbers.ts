import { jsonDoubleText } from '../mysql/double-text.ts';

/** A number of a JSON document that its text alone would not bring back: MySQL reads `1.10` as the DOUBLE 1.1. */
export type ExactNumber = { readonly path: string; readonly text: string };

const QUOTE = 34;
const BACKSLASH = 92;
const MOST_INT = 2n ** 64n - 1n;
const LEAST_INT = -(2n ** 63n);

type Level = { key: string; index: number };

/** The DECIMALs of a document as MySQL prints it, with their JSON paths: every number that is not what an integer of 64 bits or a DOUBLE prints. */
export function exactNumbers(bytes: Buffer, start: number, end: number): ExactNumber[] {
  const found: ExactNumber[] = [];
  const levels: Level[] = [];
  for (let at = start; at < end; ) {
    const code = bytes[at] as number;
    const level = levels.at(-1);
    if (code === QUOTE) {
      const stop = behindString(bytes, at, end);
      if (level !== undefined && level.index < 0 && bytes[stop] === 58) level.key = bytes.toString('utf8', at, stop);
      at = stop;
    } else if (isNumberStart(code)) {
      let stop = at + 1;
      while (stop < end && isNumberPart(bytes[stop] as number)) stop++;
      if (stop - at > 2 && isExact(bytes, at, stop)) {
        found.push({ path: pathOf(levels), text: bytes.toString('latin1', at, stop) });
      }
      at = stop;
    } else {
      if (code === 123) levels.push({ key: '', index: -1 });
      else if (code === 91) levels.push({ key: '', index: 0 });
      else if (code === 125 || code === 93) levels.pop();
      else if (code === 44 && level !== undefined && level.index >= 0) level.index++;
      at++;
    }
  }
  return found;
}

function pathOf(levels: readonly Level[]): string {
  return `$${levels.map(({ key, index }) => (index < 0 ? `.${key}` : `[${index}]`)).join('')}`;
}

function behindString(bytes: Buffer, at: number, end: number): number {
  let i = at + 1;
  while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function isNumberStart(code: number): boolean {
  return code === 45 || (code >= 48 && code <= 57);
}

function isNumberPart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 101 || code === 45;
}

function isExact(bytes: Buffer, at: number, end: number): boolean {
  const text = bytes.toString('latin1', at, end);
  if (text.includes('e')) return false;
  if (text.includes('.')) return jsonDoubleText(Number(text)) !== text;
  if (text.length < 19) return false;
  const value = BigInt(text);
  return value > MOST_INT || value < LEAST_INT;
}
