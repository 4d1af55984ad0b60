import { openRegistry } from '../../shared/codec/schema-registry.ts';
import { runUntilSignal } from '../../shared/runtime/lifecycle.ts';
import { createLogger, LogTap } from '../../shared/runtime/log.ts';
import { readServiceSettings } from '../../shared/runtime/settings.ts';
import { trustCa } from '../../shared/runtime/tls.ts';
import { openTracing } from '../../shared/tracing/open-tracing.ts';
import { runLoader } from './loader.ts';

const tap = new LogTap();
const log = createLogger('loader', process.env.LUTRA_LOG_LEVEL ?? 'info', tap);

await runUntilSignal(log, async (signal) => {
  const settings = readServiceSettings(process.env);
  trustCa(settings.ca);
  const tracing = await openTracing(settings.traces, { role: 'loader', ...settings }, log);
  try {
    await runLoader({ settings, registry: openRegistry(settings.registry), log, tap, tracing }, signal);
  } finally {
    await tracing?.close();
  }
});
