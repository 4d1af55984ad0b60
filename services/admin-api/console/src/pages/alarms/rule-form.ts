import type { AlarmKind, AlarmRule, Receiver } from '../../api/operation-types.ts';

export const KINDS = [
  'delay',
  'error',
  'silent',
  'position-stuck',
  'quarantine',
  'ddl-held',
  'node-lost',
] as const satisfies readonly AlarmKind[];
type Window = AlarmRule['windows'][number];
type Day = NonNullable<Window['days']>[number];
const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** What a new rule of a kind begins with. */
export const DEFAULT_THRESHOLDS: Partial<Readonly<Record<AlarmKind, string>>> = {
  delay: '60',
  'position-stuck': '600',
  quarantine: '1',
  'ddl-held': '1',
};

/** A rule as the form has it: everything as text. */
export type RuleForm = {
  readonly name: string;
  readonly kind: AlarmKind;
  readonly channel: string;
  readonly threshold: string;
  readonly match: string;
  readonly for: string;
  readonly repeatEvery: string;
  readonly windows: string;
  readonly timeZone: string;
  readonly notify: string;
  readonly paused: boolean;
};
export type RuleFaults = {
  readonly name?: true;
  readonly threshold?: true;
  readonly for?: true;
  readonly repeatEvery?: true;
  /** The line that cannot be read. */
  readonly windows?: string;
  readonly notify?: string;
};

export function emptyRule(timeZone: string): RuleForm {
  return {
    ...{ name: '', kind: 'delay', channel: '*', threshold: '60', match: '', for: '5m', repeatEvery: '30m' },
    ...{ windows: '', timeZone, notify: '', paused: false },
  };
}

export function formOf(rule: AlarmRule): RuleForm {
  return {
    ...rule,
    threshold: rule.threshold === undefined ? '' : String(rule.threshold),
    match: rule.match ?? '',
    windows: rule.windows.map(windowText).join('\n'),
    notify: rule.notify.map(receiverText).join('\n'),
  };
}

/** Which kinds count seconds, which count things; the others have no threshold. */
export function thresholdOf(kind: AlarmKind): 'seconds' | 'count' | undefined {
  if (kind === 'delay' || kind === 'position-stuck') return 'seconds';
  return kind === 'quarantine' || kind === 'ddl-held' ? 'count' : undefined;
}

/** The document that the form means, or what is wrong with its fields. */
export function readRule(form: RuleForm): { readonly rule: AlarmRule } | { readonly faults: RuleFaults } {
  const windows = linesOf(form.windows).map((line) => [line, readWindow(line)] as const);
  const receivers = linesOf(form.notify).map((line) => [line, readReceiver(line)] as const);
  const threshold = thresholdOf(form.kind) === undefined || form.threshold.trim() === '' ? undefined : form.threshold;
  const badWindow = windows.find(([, window]) => window === undefined)?.[0];
  const badReceiver = receivers.find(([, receiver]) => receiver === undefined)?.[0];
  const faults: RuleFaults = {
    ...(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(form.name) ? {} : { name: true }),
    ...(threshold === undefined || Number(threshold) >= 0 ? {} : { threshold: true }),
    ...(isDuration(form.for) ? {} : { for: true }),
    ...(isDuration(form.repeatEvery) ? {} : { repeatEvery: true }),
    ...(badWindow === undefined ? {} : { windows: badWindow }),
    ...(badReceiver === undefined ? {} : { notify: badReceiver }),
  };
  if (Object.keys(faults).length > 0) return { faults };
  const match = form.kind === 'error' && form.match !== '' ? { match: form.match } : {};
  return {
    rule: {
      ...{ name: form.name, kind: form.kind, channel: form.channel.trim() || '*', for: form.for },
      ...{ repeatEvery: form.repeatEvery, timeZone: form.timeZone, paused: form.paused },
      ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
      ...match,
      windows: windows.flatMap(([, window]) => window ?? []),
      notify: receivers.flatMap(([, receiver]) => receiver ?? []),
    },
  };
}

/** `mon-fri 09:00-18:00`; every day: `09:00-18:00`. */
export function windowText({ days, from, to }: Window): string {
  return days === undefined ? `${from}-${to}` : `${daysText(days)} ${from}-${to}`;
}

export function receiverText(receiver: Receiver): string {
  return 'webhook' in receiver ? receiver.webhook : receiver.email;
}

function daysText(days: readonly Day[]): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return '';
  const stretch = DAYS.slice(DAYS.indexOf(first), DAYS.indexOf(last) + 1);
  return days.length > 2 && stretch.join() === days.join() ? `${first}-${last}` : days.join(',');
}

function readWindow(line: string): Window | undefined {
  const parts = /^(?:([a-z,-]+)\s+)?(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})$/.exec(line.toLowerCase());
  const [, written, from, to] = parts ?? [];
  if (from === undefined || to === undefined) return undefined;
  if (written === undefined) return { from, to };
  const days = readDays(written);
  return days === undefined ? undefined : { days, from, to };
}

function readDays(written: string): Day[] | undefined {
  const days = written.split(',').flatMap((part): (Day | undefined)[] => {
    const [first, last = first] = part.split('-').map((name) => DAYS.indexOf(name as Day));
    if (first === undefined || last === undefined || first < 0 || last < first) return [undefined];
    return DAYS.slice(first, last + 1);
  });
  return days.includes(undefined) ? undefined : DAYS.filter((day) => days.includes(day));
}

function readReceiver(line: string): Receiver | undefined {
  if (/^https?:\/\/\S+$/.test(line)) return { webhook: line };
  return /^[^\s@]+@[^\s@]+$/.test(line) ? { email: line } : undefined;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isDuration(text: string): boolean {
  return /^\d{1,6}(s|m|h|d)$/.test(text);
}
