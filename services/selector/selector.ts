import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import { followChannels } from '../../shared/control/channel-follower.ts';
import { databaseProbe, kafkaProbe, redisProbe, registryProbe } from '../../shared/control/probes.ts';
import { SelfReport } from '../../shared/control/self-report.ts';
import { StatusPublisher } from '../../shared/control/status-publisher.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { openLeases } from '../../shared/redis/leases.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import { HealthServer } from '../../shared/runtime/health-server.ts';
import type { Logger, LogTap } from '../../shared/runtime/log.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import type { ServiceSettings } from '../../shared/runtime/settings.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import { compactedTopicDefinition, statusTopic } from '../../topics/topics.ts';
import { type DesiredSource, desiredSources } from './desired-sources.ts';
import { Leadership } from './leadership.ts';
import { registerSelectorMetrics } from './metrics.ts';
import { Peers } from './peers.ts';
import { SourceRunner } from './source-runner.ts';

export type SelectorParts = {
  readonly settings: ServiceSettings;
  readonly registry: SchemaRegistryPort;
  readonly log: Logger;
  readonly tap?: LogTap;
  /** Undefined: no traces. */
  readonly tracing?: Tracing | undefined;
};

/**
 * Reads every source of its site that the channels name and that no other selector of the site reads, until the signal: then all runs drain, save their
 * positions and give their sources back. The process ends with 1 when one could not drain within 10 s.
 */
export async function runSelector(
  { settings, registry, log, tap, tracing }: SelectorParts,
  signal: AbortSignal,
): Promise<void> {
  const { site, instance, brokers, kafkaSecurity: security } = settings;
  const kafka = { brokers, clientId: `lutra-selector-${instance}`, log, security };
  const health = new HealthServer();
  const runners = new Map<string, SourceRunner>();
  const ending = new Map<string, Promise<boolean>>();
  const leases = settings.redis === undefined ? undefined : openLeases(settings.redis, log);
  let desired: ReadonlyMap<string, DesiredSource> = new Map();
  const probes = [
    kafkaProbe(site, kafka),
    registryProbe(settings.registry),
    ...(settings.redis === undefined || leases === undefined ? [] : [redisProbe(settings.redis, leases)]),
  ];
  const self = new SelfReport({
    kafka,
    who: { role: 'selector', site, instance },
    probes: () => [
      ...probes,
      ...[...desired.values()].map(({ name, database }) => databaseProbe(name, database, 'SOURCE')),
    ],
    tap,
  });
  self.registerMetrics(health.metrics);
  const status = new StatusPublisher(kafka, statusTopic(site), (each) => self.stateChanged(each));
  const peers = new Peers(instance);
  const busy = (): number => [...runners.values()].filter((runner) => runner.isAtWork).length;
  registerSelectorMetrics(health.metrics, runners);
  try {
    await health.listen(settings.httpHost, settings.httpPort);
    log.info({ site, instance, kafka: brokers }, 'selector started');
    await untilDone(signal, log, () => ensureTopic(kafka, compactedTopicDefinition(statusTopic(site))));
    void peers.run(kafka, site, signal);
    for await (const channels of followChannels(kafka, signal)) {
      desired = desiredSources(channels.values(), site);
      for (const [id, runner] of runners) {
        if (desired.has(id)) continue;
        runners.delete(id);
        status.remove(`selector/${id}/${instance}`);
        ending.set(id, runner.stop());
        log.info({ source: id }, 'no channel names this source any more');
      }
      for (const [id, source] of desired) {
        const known = runners.get(id);
        if (known) known.change(source);
        else {
          const leadership = new Leadership({ source: id, instance, leases, peers, busy, log });
          const parts = {
            site,
            instance,
            kafka,
            registry,
            leadership,
            tracing,
            log: log.child({ source: id }),
            onState: () => status.tick(),
          };
          const runner = new SourceRunner(parts, source, ending.get(id));
          runners.set(id, runner);
          status.add(`selector/${id}/${instance}`, runner.snapshot);
        }
      }
    }
  } finally {
    const drained = await Promise.all([...[...runners.values()].map((runner) => runner.stop()), ...ending.values()]);
    if (drained.includes(false)) process.exitCode = 1;
    leases?.close();
    await status.close();
    await self.close();
    health.close();
  }
}

/** Tries until it succeeds or the signal ends it; says once what it waits for. */
async function untilDone(signal: AbortSignal, log: Logger, attempt: () => Promise<void>): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    try {
      await attempt();
      return;
    } catch (error) {
      const known = asReplicationError(error);
      if (n === 0) log.warn({ code: known.code, remedy: known.remedy, error: known.message }, 'waiting');
      await pause(backoffMs(n, 3_000), signal);
    }
  }
}
