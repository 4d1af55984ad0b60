import { type Logger, pino } from 'pino';

export type { Logger };

/** Root logger of a process: JSON lines on stdout. Row values, passwords and whole statements are never given to it. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', '*.password'],
  });
}
