import { usePreferences } from '../shell/preferences.tsx';
import type { Language } from './words.ts';

/** How numbers, times and sizes are written, in the language of the reader. */
export type Format = {
  /** 12,345 */
  readonly number: (value: number) => string;
  /** 12.3k: at most three digits and a unit. */
  readonly compact: (value: number) => string;
  /** 340 ms, 2.3 s, 4 min 10 s, 3 h 5 min, 2 d 4 h. */
  readonly duration: (ms: number) => string;
  /** 3 min ago. */
  readonly ago: (at: number, now?: number) => string;
  /** Date and time with seconds, of this browser's time zone. */
  readonly time: (at: number) => string;
  /** 21 Nov 2026, 10:00–10:04; days for stretches of a day and more. */
  readonly stretch: (from: number, to: number) => string;
  /** 1.5 MB (powers of 1024). */
  readonly bytes: (value: number) => string;
};

export function useFormat(): Format {
  return FORMATS[usePreferences().language];
}

const FORMATS: Readonly<Record<Language, Format>> = { en: formatOf('en-GB', 'en'), zh: formatOf('zh-CN', 'zh') };

function formatOf(locale: string, language: Language): Format {
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  const time = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  return {
    number: (value) => number.format(value),
    compact: (value) => (value < 10_000 ? number.format(Math.round(value)) : compact.format(value).replace('K', 'k')),
    duration: (ms) => durationText(ms, language),
    ago: (at, now = Date.now()) => agoText(now - at, ago),
    time: (at) => time.format(at),
    stretch: (from, to) => (to - from < 86_400_000 ? moment.formatRange(from, to) : day.formatRange(from, to - 1)),
    bytes: bytesText,
  };
}

const UNITS = {
  en: { d: ' d', h: ' h', min: ' min', s: ' s', ms: ' ms' },
  zh: { d: ' 天', h: ' 小时', min: ' 分', s: ' 秒', ms: ' 毫秒' },
} as const;

function durationText(ms: number, language: Language): string {
  const unit = UNITS[language];
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}${unit.ms}`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}${unit.s}`;
  const seconds = Math.round(ms / 1_000);
  const pair = (whole: number, name: string, rest: number, restName: string): string =>
    rest === 0 ? `${whole}${name}` : `${whole}${name} ${rest}${restName}`;
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), unit.min, seconds % 60, unit.s);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), unit.h, minutes % 60, unit.min);
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), unit.d, hours % 24, unit.h);
}

function agoText(ms: number, format: Intl.RelativeTimeFormat): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return format.format(-seconds, 'second');
  if (seconds < 3_600) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.round(seconds / 3_600), 'hour');
  return format.format(-Math.round(seconds / 86_400), 'day');
}

function bytesText(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let index = 0;
  while (value >= 1_024 && index < units.length - 1) {
    value /= 1_024;
    index++;
  }
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`;
}
