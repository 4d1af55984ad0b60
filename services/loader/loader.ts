import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import { databaseProbe, kafkaProbe, registryProbe } from '../../shared/control/probes.ts';
import { SelfReport } from '../../shared/control/self-report.ts';
import { StatusPublisher } from '../../shared/control/status-publisher.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import { HealthServer } from '../../shared/runtime/health-server.ts';
import type { Logger, LogTap } from '../../shared/runtime/log.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import type { ServiceSettings } from '../../shared/runtime/settings.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import {
  CHANNELS_TOPIC,
  compactedTopicDefinition,
  DECISIONS_TOPIC,
  ddlTopic,
  quarantineTopic,
  statusTopic,
} from '../../topics/topics.ts';
import type { BatchLimits } from './batcher.ts';
import { Decisions } from './decisions.ts';
import { EntryPublisher } from './entry-publisher.ts';
import { HistoryPublisher } from './history/history-publisher.ts';
import { Supervisor, type Target } from './supervisor.ts';
import { registerLoaderMetrics } from './telemetry.ts';

export type LoaderParts = {
  readonly settings: ServiceSettings;
  readonly registry: SchemaRegistryPort;
  readonly log: Logger;
  readonly tap?: LogTap;
  /** Undefined: no traces. */
  readonly tracing?: Tracing | undefined;
  readonly limits?: BatchLimits;
};

/** Rows and bytes (of records) at which a batch is closed; one batch is in flight, one built, one being read: about 4x this in memory. */
const LIMITS: BatchLimits = { maxRows: 10_000, maxBytes: 4 << 20 };

/** Runs the loader of one site until the signal. */
export async function runLoader(parts: LoaderParts, signal: AbortSignal): Promise<void> {
  const { settings, registry, log } = parts;
  const { site, instance, brokers, kafkaSecurity: security } = settings;
  const kafka = { brokers, clientId: `lutra-loader-${instance}`, log, security };
  const health = new HealthServer();
  registerLoaderMetrics(health.metrics);
  await health.listen(settings.httpHost, settings.httpPort);
  let targets: () => readonly Target[] = () => [];
  const probes = [kafkaProbe(site, kafka), registryProbe(settings.registry)];
  const self = new SelfReport({
    kafka,
    who: { role: 'loader', site, instance },
    probes: () => [...probes, ...targets().map(({ name, document }) => databaseProbe(name, document, 'TARGET'))],
    tap: parts.tap,
  });
  self.registerMetrics(health.metrics);
  const publisher = new StatusPublisher(kafka, statusTopic(site), (status) => self.stateChanged(status));
  const statements = new EntryPublisher(kafka, ddlTopic(site));
  const quarantined = new EntryPublisher(kafka, quarantineTopic(site));
  const history = new HistoryPublisher({ kafka, site, instance });
  const decisions = new Decisions();
  const supervisor = new Supervisor({
    site,
    instance,
    kafka,
    registry,
    publisher,
    decisions,
    statements,
    quarantined,
    history,
    tracing: parts.tracing,
    limits: parts.limits ?? LIMITS,
    log,
  });
  targets = () => supervisor.targets();
  try {
    await ensureControlTopics(kafka, site, signal);
    await Promise.all([supervisor.run(signal), decisions.run(kafka, signal)]);
  } finally {
    await statements.close();
    await quarantined.close();
    await history.close();
    await publisher.close();
    await self.close();
    health.close();
  }
}

/** These topics may be made by any process of the site; waits for Kafka as long as it takes, and says once why. */
async function ensureControlTopics(
  kafka: Parameters<typeof ensureTopic>[0],
  site: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for (const name of [statusTopic(site), ddlTopic(site), quarantineTopic(site), CHANNELS_TOPIC, DECISIONS_TOPIC])
        await ensureTopic(kafka, compactedTopicDefinition(name));
      return;
    } catch (error) {
      const { code, message, remedy } = asReplicationError(error);
      if (attempt === 0) kafka.log.warn({ code, remedy, error: message }, 'waiting');
      await pause(backoffMs(attempt, 3_000), signal);
    }
  }
}
