const DAY_S = 86_400;
const LOCALES = { en: 'en-GB', zh: 'zh-CN' } as const;
type Language = keyof typeof LOCALES;

/**
 * Texts below an axis of times (s since the epoch) that stand `stepS` apart: clock, day or month. A second line tells the day, or the year, at the first
 * of them and wherever it changes.
 */
export function timeLabels(splits: readonly number[], stepS: number, language: Language): string[] {
  const [own, larger] = formatsOf(stepS).map((options) => new Intl.DateTimeFormat(LOCALES[language], options));
  let before: string | undefined;
  return splits.map((split) => {
    const at = split * 1_000;
    const [text, outer] = [own?.format(at) ?? '', larger?.format(at)];
    const isNew = outer !== before;
    before = outer;
    return isNew ? `${text}\n${outer}` : text;
  });
}

function formatsOf(stepS: number): readonly [Intl.DateTimeFormatOptions, Intl.DateTimeFormatOptions] {
  const day = { day: 'numeric', month: 'short' } as const;
  if (stepS >= 28 * DAY_S) return [{ month: 'short' }, { year: 'numeric' }];
  if (stepS >= DAY_S) return [day, { year: 'numeric' }];
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return [stepS < 60 ? { ...clock, second: '2-digit' } : clock, day];
}

/** Steps of an axis of durations, ms: those that a clock has. */
export const DURATION_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((s) => s * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((min) => min * 60_000),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 240, 480, 960].map((h) => h * 3_600_000),
];

/** A duration beside an axis whose texts stand `step` ms apart; `long` writes a minute and more. */
export function durationLabel(ms: number, step: number, language: Language, long: (ms: number) => string): string {
  if (ms === 0) return '0';
  const [milliseconds, seconds] = language === 'zh' ? ['毫秒', '秒'] : ['ms', 's'];
  if (ms < 1_000) return `${ms} ${milliseconds}`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(step % 1_000 === 0 ? 0 : 1)} ${seconds}` : long(ms);
}

/** A number beside an axis whose texts stand `step` apart; `compact` writes 10,000 and more. */
export function numberLabel(value: number, step: number, compact: (value: number) => string): string {
  if (value >= 10_000) return compact(value);
  const decimals = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step) - 1e-9));
  return value.toFixed(decimals);
}
