import { runUntilSignal } from '../../shared/runtime/lifecycle.ts';
import { createLogger, LogTap } from '../../shared/runtime/log.ts';
import { trustCa } from '../../shared/runtime/tls.ts';
import { readConfig } from './config.ts';
import { runAdminApi } from './run.ts';

/** The admin API as a process. */
const startLog = createLogger('admin-api', 'info');
try {
  const config = readConfig(process.env);
  trustCa(config.ca);
  const tap = new LogTap();
  const log = createLogger('admin-api', config.logLevel, tap);
  await runUntilSignal(log, (signal) => runAdminApi(config, log, signal, undefined, tap));
} catch (error) {
  startLog.fatal(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
