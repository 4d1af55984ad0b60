import type { ColumnDefault } from './ddl.ts';
import { looseExpression } from './table-shape.ts';

const NOW = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\(\s*(\d*)\s*\))?$/i;

/** A default in the form of `ColumnShape.default`: a literal's text, `CURRENT_TIMESTAMP(3)`, an expression in parentheses. */
export function canonicalDefault(value: ColumnDefault | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'literal') return value.value;
  const now = NOW.exec(value.text.trim());
  if (now) return Number(now[1] ?? 0) > 0 ? `CURRENT_TIMESTAMP(${now[1]})` : 'CURRENT_TIMESTAMP';
  return `(${looseExpression(value.text)})`;
}

/** Whether two canonical defaults of a column of this type are surely the same value. */
export function isSameDefault(a: string | undefined, b: string | undefined, type: string): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (/^bit/.test(type)) return bits(a) === bits(b);
  if (/^(date|time)/.test(type)) return temporal(a) === temporal(b);
  if (/^(tinyint|smallint|mediumint|int|bigint|decimal|float|double|year)/.test(type))
    return a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b);
  return false;
}

function bits(text: string): string {
  const binary = /^b'([01]+)'$/i.exec(text)?.[1];
  return BigInt(binary === undefined ? (/^\d+$/.test(text) ? text : '-1') : `0b${binary}`).toString();
}

/** Without the zeros that the server adds. */
function temporal(text: string): string {
  return text.replace(/\.0+$/, '').replace(/ 00:00:00$/, '');
}
