import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { TopicDefinition } from '../../topics/topics.ts';
import { ReplicationError } from '../runtime/errors.ts';
import { backoffMs } from '../runtime/retry.ts';
import { type KafkaAddress, kafkajsLogCreator, kafkaUnreachable } from './cluster.ts';

const TOPIC_ALREADY_EXISTS = 'TOPIC_ALREADY_EXISTS';
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';
const KNOWN_WITHIN_MS = 10_000;
const BROKER_DEFAULT = -1;

export type PartitionBounds = { readonly partition: number; readonly low: bigint; readonly high: bigint };

/** A kafkajs client whose own retries are few and short: callers decide how long to go on. */
export function kafkaClient(address: KafkaAddress): Kafka {
  return new kafkajs.Kafka({
    brokers: [...address.brokers],
    clientId: address.clientId,
    ...clientSecurity(address),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: kafkajsLogCreator(address.log),
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
}

/** In the words of kafkajs's types. */
function clientSecurity({ security }: KafkaAddress): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const { ssl, sasl } = security ?? {};
  return {
    ...(ssl === undefined ? {} : { ssl: { ...ssl } }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  };
}

/**
 * Creates the topic with the broker's default replication, or compares the one that exists. Idempotent; safe when several processes do it at once.
 * Errors: KAFKA_UNREACHABLE, TOPIC_PARTITIONS_DIFFER, TOPIC_SETTING_DIFFERS (only `cleanup.policy` is insisted on: the wrong one loses records).
 */
export async function ensureTopic(address: KafkaAddress, definition: TopicDefinition): Promise<void> {
  const admin = kafkaClient(address).admin();
  try {
    await admin.connect();
    await createTopic(admin, definition);
    await onceKnown(() => comparePartitions(admin, definition));
    await onceKnown(() => compareCleanup(admin, definition));
  } catch (error) {
    throw error instanceof ReplicationError ? error : kafkaUnreachable(address.brokers, error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** A topic that another process has just created is on its way to the broker that is asked. */
async function onceKnown(ask: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (typeOf(error) !== UNKNOWN_TOPIC || performance.now() > deadline) throw error;
      await delay(backoffMs(attempt, 1_000));
    }
  }
}

/** What each partition of a topic holds: from `low` up to and without `high`. Errors: KAFKA_UNREACHABLE. */
export async function readBounds(address: KafkaAddress, topic: string): Promise<PartitionBounds[]> {
  const admin = kafkaClient(address).admin();
  try {
    await admin.connect();
    const found = await admin.fetchTopicOffsets(topic);
    return found.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  } catch (error) {
    throw kafkaUnreachable(address.brokers, error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function createTopic(admin: Admin, { name, partitions, config }: TopicDefinition): Promise<void> {
  if ((await admin.listTopics()).includes(name)) return;
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: name, numPartitions: partitions, replicationFactor: BROKER_DEFAULT, configEntries }],
    });
  } catch (error) {
    // NOTE its wait for leaders asks before the brokers know of the topic; the comparison waits for that.
    if (!namesExistingTopic(error) && typeOf(error) !== UNKNOWN_TOPIC) throw error;
  }
}

function namesExistingTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return typeOf('errors' in error && Array.isArray(error.errors) ? error.errors[0] : error) === TOPIC_ALREADY_EXISTS;
}

/** Kafka's name of an error, or of the one behind it after retries: `UNKNOWN_TOPIC_OR_PARTITION`. */
function typeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return 'type' in error ? error.type : typeOf(error.cause);
}

async function comparePartitions(admin: Admin, { name, partitions }: TopicDefinition): Promise<void> {
  const metadata = await admin.fetchTopicMetadata({ topics: [name] });
  const found = metadata.topics[0]?.partitions.length ?? 0;
  if (found === partitions) return;
  throw new ReplicationError(
    'TOPIC_PARTITIONS_DIFFER',
    `topic ${name} has ${found} partitions, the database document says ${partitions}`,
    `set partitions: ${found} in the document, or let every pipeline of this source drain, delete the topic and start anew; a change in between would break the order of rows`,
  );
}

async function compareCleanup(admin: Admin, { name, config }: TopicDefinition): Promise<void> {
  const wanted = config['cleanup.policy'];
  if (wanted === undefined) return;
  const answer = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] }],
  });
  const found = answer.resources[0]?.configEntries.find((entry) => entry.configName === 'cleanup.policy')?.configValue;
  if (found === undefined || found === wanted) return;
  throw new ReplicationError(
    'TOPIC_SETTING_DIFFERS',
    `topic ${name} has cleanup.policy=${found}, Lutra needs ${wanted}`,
    `kafka-configs --alter --entity-type topics --entity-name ${name} --add-config cleanup.policy=${wanted}`,
  );
}
