import { type Context, ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer, trace as traces } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../runtime/log.ts';
import { pause } from '../runtime/retry.ts';
import type { TraceSettings } from '../runtime/trace-settings.ts';
import type { SpanOrigin } from './open-tracing.ts';
import type { Deed, Tracing } from './tracing.ts';
import { sampledTrace, type TransactionTrace } from './transaction-trace.ts';

const CLOSE_MS = 2_000;
const KINDS = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;

/** Spans leave as OTLP/JSON over HTTP, every 5 s or 512 at once; 2,048 may wait. */
export function openOtlpTracing({ receiver, ratio }: TraceSettings, origin: SpanOrigin, log: Logger): Tracing {
  const random = new RandomIdGenerator();
  /** Set while the root of a trace is made: its ids are not drawn. */
  let root: TransactionTrace | undefined;
  const provider = new TracerProvider({
    resource: resourceOf(origin),
    idGenerator: {
      generateTraceId: () => root?.traceId ?? random.generateTraceId(),
      generateSpanId: () => root?.rootId ?? random.generateSpanId(),
    },
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(new OTLPTraceExporter(), receiver, log) })],
  });
  const tracer = provider.getTracer('lutra');
  return {
    sampled: (transaction) => sampledTrace(transaction, ratio),
    tellRoot: (trace, { parts = [], ...deed }) => {
      root = trace;
      tell(tracer, ROOT_CONTEXT, deed);
      root = undefined;
      for (const part of parts) tell(tracer, under(trace.traceId, trace.rootId), part);
    },
    tellUnder: ({ traceId }, parentId, deed) => tell(tracer, under(traceId, parentId), deed),
    close: async () => {
      const limit = new AbortController();
      const closed = provider.shutdown().catch(() => {});
      await Promise.race([closed, pause(CLOSE_MS, limit.signal)]);
      limit.abort();
    },
  };
}

/** The environment (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) wins. */
function resourceOf({ role, site, instance }: SpanOrigin): Resource {
  const own = { 'service.name': `lutra-${role}`, 'service.instance.id': instance, 'lutra.site': site };
  const told = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(resourceFromAttributes(own)).merge(told);
}

function under(traceId: string, spanId: string): Context {
  return traces.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
}

function tell(tracer: Tracer, context: Context, { name, kind, from, to, attributes = {}, parts = [] }: Deed): string {
  const options = { kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind], startTime: from, attributes };
  const span = tracer.startSpan(name, options, context);
  const { traceId, spanId } = span.spanContext();
  for (const part of parts) tell(tracer, under(traceId, spanId), part);
  span.end(Math.max(from, to));
  return spanId;
}

/** Says once in the log that the receiver takes nothing, and once that it does again. What it answered is not told: it may repeat what it was sent. */
function telling(exporter: SpanExporter, receiver: string, log: Logger): SpanExporter {
  let isTaken = true;
  const note = (error: Error | undefined, isSuccess: boolean): void => {
    if (isSuccess === isTaken) return;
    isTaken = isSuccess;
    if (isSuccess) log.info({ receiver }, 'traces are taken again');
    else log.warn({ receiver, error: causeOf(error), remedy: REMEDY }, 'traces are dropped: their receiver takes none');
  };
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        note(result.error, result.code === 0);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

const REMEDY = 'look at the receiver and at OTEL_EXPORTER_OTLP_…; replication does not wait for it';

/** A system's code, an HTTP status, or the exporter's own words. */
function causeOf(error: Error | undefined): string {
  const code = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `HTTP ${code}`;
  return typeof code === 'string' ? code : (error?.message ?? 'unknown');
}
