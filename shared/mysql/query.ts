import type { Connection } from './connection.ts';

export type TextRow = Readonly<Record<string, string | null>>;

const LIMIT_MS = 20_000;

/** Runs a reading statement; every value as text, NULL as null. A statement that takes longer than 20 s fails. Errors: the driver's. */
export async function readRows(
  connection: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<TextRow[]> {
  const [rows] = await connection.query({ sql, values: [...values], timeout: LIMIT_MS });
  if (!Array.isArray(rows)) return [];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asText(value)])));
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}

/** MySQL's name of a driver's error, for example ER_SPECIFIC_ACCESS_DENIED_ERROR; empty for others. */
export function errorName(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
