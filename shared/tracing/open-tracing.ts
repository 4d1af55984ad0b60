import type { Logger } from '../runtime/log.ts';
import type { TraceSettings } from '../runtime/trace-settings.ts';
import type { Tracing } from './tracing.ts';

/** Which process the spans come from. */
export type SpanOrigin = { readonly role: string; readonly site: string; readonly instance: string };

/** Undefined without settings: then nothing of OpenTelemetry is loaded. */
export async function openTracing(
  settings: TraceSettings | undefined,
  origin: SpanOrigin,
  log: Logger,
): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { openOtlpTracing } = await import('./otlp-tracing.ts');
  log.info({ receiver: settings.receiver, ratio: settings.ratio }, 'source transactions are traced');
  return openOtlpTracing(settings, origin, log);
}
