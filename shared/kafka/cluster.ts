import { createRequire } from 'node:module';
import { ReplicationError } from '../runtime/errors.ts';
import type { KafkaSecurity } from '../runtime/kafka-settings.ts';
import type { Logger } from '../runtime/log.ts';
import { tlsTrouble } from '../runtime/tls.ts';
import { unreachable } from '../runtime/unreachable.ts';

/**
 * The door to kafkajs's own cluster, broker and connection classes (deep imports of the pinned, final 2.2.4).
 * We use its connections, metadata and encoders; batches, sequences and offsets are ours, because its producer was seen to lose
 * records in silence (a leader move during a multi-broker send; a time-out between concurrent idempotent sends).
 */

export type KafkaAddress = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log: Logger;
  /** Left out: neither TLS nor a user. */
  readonly security?: KafkaSecurity | undefined;
};

type Request = {
  request: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    expectResponse: () => boolean;
    encode: () => Promise<RequestEncoder>;
  };
  response: { decode: (raw: Buffer) => Promise<unknown>; parse: (data: unknown) => Promise<unknown> };
};
export type RequestEncoder = { writeBufferInternal(bytes: Buffer): void };
export type FetchedMessage = {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  isControlRecord?: boolean;
};
type FetchedPartition = { partition: number; errorCode: number; highWatermark: string; messages: FetchedMessage[] };

export type Broker = {
  initProducerId(request: {
    transactionalId?: string;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  fetch(request: object): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
  listOffsets(request: object): Promise<{ responses: { partitions: { partition: number; offset: string }[] }[] }>;
  offsetCommit(request: object): Promise<unknown>;
  connectionPool: { send(request: Request): Promise<unknown> };
};

export type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(request: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(request: { groupId: string; coordinatorType?: number }): Promise<Broker>;
};

const require = createRequire(import.meta.url);
const ClusterClass = require('kafkajs/src/cluster') as new (options: object) => Cluster;
const { createLogger, LEVELS } = require('kafkajs/src/loggers') as {
  createLogger(options: object): object;
  LEVELS: Record<string, number>;
};
const socketFactory = require('kafkajs/src/network/socketFactory') as () => object;
export const Encoder = require('kafkajs/src/protocol/encoder') as new (size: number) => RequestEncoder;
export const produceResponse = require('kafkajs/src/protocol/requests/produce/v7/response') as Request['response'];

/** kafkajs's log lines at our levels: what it calls an error is often retried, so it is debug here; callers report what matters. */
export function kafkajsLogCreator(log: Logger): () => (entry: { log: { message: string; error?: string } }) => void {
  return () =>
    ({ log: line }) =>
      log.debug({ kafkajs: line.message, cause: line.error }, 'kafka client');
}

export async function openCluster(address: KafkaAddress): Promise<Cluster> {
  const cluster = new ClusterClass({
    logger: createLogger({ level: LEVELS.WARN, logCreator: kafkajsLogCreator(address.log) }),
    socketFactory: socketFactory(),
    brokers: [...address.brokers],
    clientId: address.clientId,
    ...address.security,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    metadataMaxAge: 300_000,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    allowAutoTopicCreation: false,
    maxInFlightRequests: 2,
    isolationLevel: 1,
  });
  try {
    await cluster.connect();
    return cluster;
  } catch (error) {
    await cluster.disconnect().catch(() => {});
    throw kafkaUnreachable(address.brokers, error);
  }
}

/** What Kafka's client threw, as a named error: without a name of its own it means that Kafka is away. */
export function asKafkaError(brokers: readonly string[], error: unknown): ReplicationError {
  return error instanceof ReplicationError ? error : kafkaUnreachable(brokers, error);
}

const TROUBLES = [
  {
    sign: /SASL|authentication failed/i,
    reason: 'it does not take the user',
    remedy: 'mend LUTRA_KAFKA_SASL, LUTRA_KAFKA_USER and LUTRA_KAFKA_PASSWORD, or make the user at the broker',
  },
  {
    sign: /not authorized/i,
    reason: 'its ACLs do not allow that',
    remedy: 'give the user of this process the rights that docs/security.md lists; it is tried again by itself',
  },
  {
    sign: /closed connection/i,
    reason: 'it closes the connection',
    remedy:
      'start the broker; if it runs, this port may want TLS or a user: set LUTRA_KAFKA_TLS, LUTRA_KAFKA_SASL, or address its plain port in LUTRA_KAFKA; it is tried again by itself',
  },
];

export function kafkaUnreachable(brokers: readonly string[], cause: unknown): ReplicationError {
  const text = textOf(cause);
  return unreachable('KAFKA_UNREACHABLE', {
    place: `Kafka at ${brokers.join(',')}`,
    text,
    trouble: tlsTrouble(cause, 'LUTRA_KAFKA_TLS') ?? TROUBLES.find(({ sign }) => sign.test(text)),
    otherwise: 'start the broker or mend LUTRA_KAFKA; this process tries again by itself',
    cause,
  });
}

/** In one line; of several errors in one, the first. */
function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('errors' in cause && Array.isArray(cause.errors) && cause.errors.length > 0) return textOf(cause.errors[0]);
  return cause.message.replace(/\s+/g, ' ').trim();
}

/** The broker that leads a partition. Errors: KAFKA_UNREACHABLE, also while the topic does not exist or has no leader. */
export async function partitionLeader(
  cluster: Cluster,
  address: KafkaAddress,
  topic: string,
  partition: number,
): Promise<Broker> {
  try {
    await cluster.addTargetTopic(topic);
    const leader = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0];
    if (leader === undefined || leader === '-1') throw new Error(`partition ${partition} of ${topic} has no leader`);
    return await cluster.findBroker({ nodeId: leader });
  } catch (error) {
    throw kafkaUnreachable(address.brokers, error);
  }
}
