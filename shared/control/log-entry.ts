import * as z from 'zod';
import type { LogLevel, LogRecord } from '../model/log-record.ts';
import type { Status } from '../model/status.ts';

type Entry = Omit<LogRecord, 'site' | 'instance' | 'role'>;

const lineSchema = z.looseObject({
  level: z.number(),
  time: z.string(),
  msg: z.string().default(''),
  code: z.string().optional(),
  remedy: z.string().optional(),
  channel: z.string().optional(),
  pipeline: z.string().optional(),
  source: z.string().optional(),
  error: z.string().optional(),
  why: z.string().optional(),
  err: z.looseObject({ message: z.string() }).optional().catch(undefined),
});

/** A line of the process's own log as a record; undefined for what is no line of it. */
export function entryOfLine(line: string): Entry | undefined {
  const parsed = lineSchema.safeParse(jsonOf(line));
  if (!parsed.success) return undefined;
  const { level, time, msg, error, why, err, code, remedy, channel, pipeline, source } = parsed.data;
  const cause = error ?? why ?? (err?.message === msg ? undefined : err?.message);
  return {
    at: Date.parse(time),
    level: level >= 60 ? 'fatal' : level >= 50 ? 'error' : 'warn',
    ...defined({ code, remedy, channel, pipeline, source }),
    message: cause === undefined ? msg : msg === '' ? cause : `${msg}: ${cause}`,
  };
}

const LEVELS: Readonly<Partial<Record<Status['state'], LogLevel>>> = {
  waiting: 'warn',
  stalled: 'warn',
  blocked: 'error',
  gap: 'error',
};

/** A change of state as a record. */
export function entryOfState({ state, reason, channel, pipeline, source, role, at }: Status): Entry {
  const subject = channel === undefined ? `source ${source}` : `pipeline ${channel}/${pipeline}`;
  return {
    at,
    level: LEVELS[state] ?? 'info',
    ...defined({ code: reason?.code, remedy: reason?.remedy, channel, pipeline, source }),
    message: `${subject}: the ${role} is ${state}${reason === undefined ? '' : `: ${reason.message}`}`,
  };
}

type Defined = Partial<Pick<Entry, 'code' | 'remedy' | 'channel' | 'pipeline' | 'source'>>;

function defined(values: { [K in keyof Defined]: string | undefined }): Defined {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
