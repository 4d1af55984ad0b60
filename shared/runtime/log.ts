import { type Logger, pino } from 'pino';

export type { Logger };

/** Hands the lines from `warn` on, as JSON text, to whoever listens; nobody does until `listener` is set. */
export class LogTap {
  listener: ((line: string) => void) | undefined;
  write(line: string): void {
    this.listener?.(line);
  }
}

/** Root logger of a process: JSON lines on stdout. Row values, passwords and whole statements are never given to it. */
export function createLogger(service: string, level: string, tap?: LogTap): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', '*.password'],
  };
  if (tap === undefined) return pino(options);
  const streams = [
    { level: 'trace' as const, stream: pino.destination(1) },
    { level: 'warn' as const, stream: tap },
  ];
  return pino(options, pino.multistream(streams));
}
