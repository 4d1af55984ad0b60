import type { AlarmRule } from '../../../shared/model/alarm.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
type Day = (typeof DAYS)[number];

/** Of `90s`, `5m`, `2h`, `1d`; ms. */
export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0);
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Whether somebody is to be told at this time. A window that ends before it begins goes on to the next day. */
export function isInWindow({ windows, timeZone }: Pick<AlarmRule, 'windows' | 'timeZone'>, now: number): boolean {
  if (windows.length === 0) return true;
  const { day, minutes } = clockOf(now, timeZone);
  const before = DAYS[(DAYS.indexOf(day) + 6) % 7] ?? day;
  return windows.some(({ days, from, to }) => {
    const isOn = (each: Day): boolean => days === undefined || days.includes(each);
    const [begin, end] = [minutesOf(from), minutesOf(to)];
    if (begin < end) return isOn(day) && minutes >= begin && minutes < end;
    return (isOn(day) && minutes >= begin) || (isOn(before) && minutes < end);
  });
}

function clockOf(now: number, timeZone: string): { day: Day; minutes: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = DAYS.find((each) => each === parts.weekday?.toLowerCase()) ?? 'mon';
  return { day, minutes: Number(parts.hour) * 60 + Number(parts.minute) };
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
