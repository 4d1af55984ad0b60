import { CliError, EXIT } from './cli-error.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `15m`, `2h`, `7d` in ms. Errors: CliError 2 naming the option. */
export function readDuration(text: string, option: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount === '') throw new CliError(EXIT.usage, [`${option} ${text}: write for example 30s, 15m, 2h or 7d`]);
  return Number(amount) * (UNITS[unit] ?? 0);
}

/** A time of the past as ms since the epoch: ISO 8601, or how long ago. Errors: CliError 2 naming the option. */
export function readTime(text: string, option: string): number {
  if (/^\d+[smhd]$/.test(text)) return Date.now() - readDuration(text, option);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new CliError(EXIT.usage, [`${option} ${text}: write a time, 2026-11-21T09:00:00Z, or how long ago, 15m`]);
}

/** Errors: CliError 2 naming the option. */
export function readCount(text: string, option: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new CliError(EXIT.usage, [`${option} ${text}: write a whole number from 1 on`]);
}
