import { ReplicationError } from './errors.ts';
import type { Logger } from './log.ts';

const GUARD_MS = 30_000;
/** For the last lines of the log. */
const EXIT_MS = 500;

/**
 * Runs a service until SIGTERM or SIGINT: `run` gets the signal, stops its work and resolves.
 * Exit code 0 after a clean stop, 1 when `run` rejects. A stop that takes longer than 30 s is cut short. When `run` has ended the process ends, although
 * libraries may leave timers and connections behind, such as to a broker that is away.
 */
export async function runUntilSignal(log: Logger, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) return;
    log.info({ signal: name }, 'stopping');
    stop.abort();
    setTimeout(() => {
      log.error('the stop took too long and was cut short');
      process.exit(1);
    }, GUARD_MS).unref();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  try {
    await run(stop.signal);
    log.info('stopped');
  } catch (error) {
    if (error instanceof ReplicationError) log.fatal({ code: error.code, remedy: error.remedy }, error.message);
    else log.fatal({ err: error }, 'stopped by an error');
    process.exitCode = 1;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    setTimeout(() => process.exit(), EXIT_MS).unref();
  }
}
