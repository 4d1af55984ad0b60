/** MirrorMaker 2 in dedicated mode: stands at the target site, consumes the other site's topics, produces to its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mirroredTopics } from '../../topics/topics.ts';
import type { StackConfig } from '../config.ts';
import { checkMirror } from '../health.ts';
import { javaCommand } from '../install/java.ts';
import { CONTROL_SITE, type Place, type Site } from '../layout.ts';
import { kafkaPort } from '../relayed.ts';
import { foldersOf, logFile } from './folders.ts';
import { kafkaArguments, properties, writeLogging } from './jvm.ts';
import { alwaysAvailable, type ProcessSpec } from './spec.ts';

const HEAP_MB = 512;

/** The MirrorMaker that feeds `place.site`. */
export function mirrorSpec(config: StackConfig, place: Place): ProcessSpec {
  const target = place.site;
  const origin: Site = target === 'sh' ? 'us' : 'sh';
  const file = join(foldersOf(config.dir).etc, `${place.name}.properties`);
  const log = logFile(config.dir, place.name);
  return {
    name: place.name,
    role: place.role,
    site: target,
    commandLine: () => ({
      command: javaCommand(config.cache),
      args: kafkaArguments(config, {
        heap: HEAP_MB,
        main: 'org.apache.kafka.connect.mirror.MirrorMaker',
        args: [file, '--clusters', target],
      }),
    }),
    env: {},
    addresses: {},
    credentials: [],
    log,
    after: [`kafka-${origin}`, `kafka-${target}`],
    unavailable: alwaysAvailable,
    async prepare() {
      writeLogging(config.dir);
      const brokers = {
        origin: `127.0.0.1:${kafkaPort(config, origin, 'far')}`,
        target: `127.0.0.1:${kafkaPort(config, target, 'near')}`,
      };
      writeFileSync(file, properties(mirrorProperties(origin, target, brokers)));
    },
    check: (logStart) => checkMirror(log, logStart),
    stopLimitMs: 15_000,
  };
}

/**
 * At least once and in order: an idempotent producer, no Kafka transactions; the loader's checkpoint drops repeats.
 * Topic names stay as they are; the patterns of the two directions do not meet, so nothing goes round in a circle.
 */
export function mirrorProperties(
  origin: Site,
  target: Site,
  brokers: { readonly origin: string; readonly target: string },
): Record<string, string | number | boolean> {
  const flow = `${origin}->${target}`;
  return {
    clusters: `${origin}, ${target}`,
    [`${origin}.bootstrap.servers`]: brokers.origin,
    [`${target}.bootstrap.servers`]: brokers.target,
    [`${flow}.enabled`]: true,
    [`${flow}.topics`]: mirroredTopics(origin, origin === CONTROL_SITE),
    [`${target}->${origin}.enabled`]: false,
    'emit.heartbeats.enabled': false,
    'emit.checkpoints.enabled': false,
    'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    'replication.factor': 1,
    'offset-syncs.topic.replication.factor': 1,
    'offset-syncs.topic.location': 'target', // nothing of ours is written at the other site
    'checkpoints.topic.replication.factor': 1,
    'heartbeats.topic.replication.factor': 1,
    [`${target}.offset.storage.replication.factor`]: 1,
    [`${target}.config.storage.replication.factor`]: 1,
    [`${target}.status.storage.replication.factor`]: 1,
    [`${target}.config.storage.topic`]: configTopic(origin, brokers),
    [`${target}.offset.storage.partitions`]: 1,
    [`${target}.status.storage.partitions`]: 1,
    [`${target}.offset.flush.interval.ms`]: 1000,
    // Connect keeps the work of a member that has gone unassigned for 5 min; the only member, back after an outage of its broker, stood still.
    [`${target}.scheduled.rebalance.max.delay.ms`]: 0,
    // Kafka 4's default, rebootstrap, asks without a pause while a broker is away: thousands of log lines a second.
    [`${target}.metadata.recovery.strategy`]: 'none', // the worker's own clients
    [`${origin}.admin.metadata.recovery.strategy`]: 'none',
    [`${target}.admin.metadata.recovery.strategy`]: 'none',
    [`${origin}.consumer.metadata.recovery.strategy`]: 'none',
    [`${target}.producer.metadata.recovery.strategy`]: 'none',
    'tasks.max': 1,
    'plugin.discovery': 'service_load', // the worker and its herder each scanned every jar for 3 to 10 s
    [`${target}.plugin.discovery`]: 'service_load',
    'refresh.topics.interval.seconds': 1,
    'refresh.groups.enabled': false,
    'sync.topic.acls.enabled': false,
    'sync.topic.configs.enabled': false,
    [`${origin}.consumer.isolation.level`]: 'read_committed',
    [`${origin}.consumer.receive.buffer.bytes`]: -1,
    [`${origin}.consumer.fetch.min.bytes`]: 1,
    [`${origin}.consumer.fetch.max.wait.ms`]: 500,
    [`${origin}.consumer.fetch.max.bytes`]: 52428800,
    [`${origin}.consumer.max.partition.fetch.bytes`]: 8388608,
    [`${origin}.consumer.max.poll.records`]: 5000,
    [`${target}.producer.enable.idempotence`]: true,
    [`${target}.producer.acks`]: 'all',
    [`${target}.producer.max.in.flight.requests.per.connection`]: 5,
    [`${target}.producer.linger.ms`]: 5,
    [`${target}.producer.batch.size`]: 262144,
    [`${target}.producer.max.request.size`]: 8388608,
    [`${target}.producer.send.buffer.bytes`]: -1,
  };
}

/**
 * MirrorMaker keeps its connectors' settings, addresses included, in a topic, and first starts what it finds there. The
 * ports in the topic's name keep a stack that moved to another base port from calling the old ones.
 */
function configTopic(origin: Site, brokers: { readonly origin: string; readonly target: string }): string {
  const ports = [brokers.origin, brokers.target].map((address) => address.split(':')[1]);
  return `mm2-configs.${origin}.${ports.join('.')}.internal`;
}
