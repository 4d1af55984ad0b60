import type { Admin, Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { ReplicationError } from '../runtime/errors.ts';
import { backoffMs, pause } from '../runtime/retry.ts';
import { AssignedPartition } from './assigned-partition.ts';
import { asKafkaError, type KafkaAddress, kafkaUnreachable } from './cluster.ts';
import { spreadAssigner } from './spread-assigner.ts';
import { kafkaClient } from './topic-admin.ts';

export type GroupOptions = KafkaAddress & {
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  /**
   * Called for every partition that this member is given; runs until `partition.signal` aborts, then finishes or undoes what it has begun and resolves.
   * Never called twice at the same time for one partition.
   */
  readonly onPartition: (partition: AssignedPartition) => Promise<void>;
  /** Told when the group has been joined, with the number of partitions that fell to this member. */
  readonly onJoined?: (partitions: number) => void;
  /** Told every time Kafka is away; the consumer goes on by itself. */
  readonly onWait?: (error: ReplicationError) => void;
};

/**
 * After a crash the group waits this long for the dead member before it hands its partitions on; brokers take 6 s at the least. Nothing long runs inside
 * kafkajs's loop (records are queued, partitions paused), so heartbeats come every second whatever the target does, and the other members hear of a
 * change of the group within a second.
 */
const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 1_000;
const MAX_BYTES_PER_PARTITION = 1 << 19;
const MAX_WAIT_MS = 50;

/**
 * Reads a topic as a member of a consumer group until the signal. Survives outages of Kafka for ever. Leaves the group at once when stopped, so that
 * another member takes over and operators' tools can move the offsets. Offsets are committed only through the partition.
 */
export async function consumeGroup(options: GroupOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; ) {
    const started = Date.now();
    try {
      await new Membership(options).run(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (Date.now() - started > 30_000) attempt = 0;
      options.onWait?.(asKafkaError(options.brokers, error));
      await pause(backoffMs(attempt++, 3_000), signal);
    }
  }
}

/** One life of a consumer: from joining the group to leaving it or losing Kafka. */
class Membership {
  private readonly options: GroupOptions;
  private readonly consumer: Consumer;
  private readonly admin: Admin;
  private readonly lost = Promise.withResolvers<void>();
  private current = new Map<number, AssignedPartition>();
  private running: Promise<unknown> = Promise.resolve();

  constructor(options: GroupOptions) {
    this.options = options;
    this.lost.promise.catch(() => {});
    const kafka = kafkaClient(options);
    this.admin = kafka.admin();
    this.consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      partitionAssigners: [spreadAssigner],
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      maxBytes: MAX_BYTES_PER_PARTITION * Math.min(options.partitions, 4),
      minBytes: 1,
      maxWaitTimeInMs: MAX_WAIT_MS,
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { topic, partitions, brokers } = this.options;
    const { CRASH, GROUP_JOIN, REBALANCING } = this.consumer.events;
    this.consumer.on(CRASH, ({ payload }) => this.lost.reject(kafkaUnreachable(brokers, payload.error)));
    this.consumer.on(REBALANCING, () => this.revoke());
    this.consumer.on(GROUP_JOIN, (event) => this.assign(event));
    const onStop = (): void => this.lost.resolve();
    signal.addEventListener('abort', onStop, { once: true });
    try {
      await this.start(topic, partitions);
      await this.lost.promise;
    } finally {
      signal.removeEventListener('abort', onStop);
      this.revoke();
      await this.running;
      await this.consumer.disconnect().catch(() => {});
      await this.admin.disconnect().catch(() => {});
    }
  }

  private async start(topic: string, partitions: number): Promise<void> {
    try {
      await this.admin.connect();
      await this.consumer.connect();
      await this.consumer.subscribe({ topics: [topic], fromBeginning: true });
    } catch (error) {
      throw kafkaUnreachable(this.options.brokers, error);
    }
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitions,
      eachBatch: (payload) => this.deliver(payload),
    });
  }

  /**
   * Runs inside kafkajs's event, before its first fetch: every partition is paused there and starts only where its owner says.
   * NOTE the owners of the last assignment are waited for first: they may still be committing a target transaction.
   */
  private assign({ payload }: ConsumerGroupJoinEvent): void {
    const { topic, group, brokers, log } = this.options;
    this.revoke();
    const numbers = payload.memberAssignment[topic] ?? [];
    if (numbers.length > 0) this.consumer.pause([{ topic, partitions: [...numbers] }]);
    const { consumer, admin } = this;
    const abandon = (why: Error): void => this.lost.reject(kafkaUnreachable(brokers, why));
    const assigned = numbers.map(
      (partition) => new AssignedPartition({ consumer, admin, group, topic, partition, brokers, log, abandon }),
    );
    this.current = new Map(assigned.map((partition) => [partition.partition, partition]));
    this.options.onJoined?.(assigned.length);
    this.running = this.running.then(() => Promise.all(assigned.map((partition) => this.own(partition))));
  }

  private async own(partition: AssignedPartition): Promise<void> {
    if (partition.signal.aborted) return;
    try {
      await this.options.onPartition(partition);
      await partition.settle();
    } catch (error) {
      this.lost.reject(error);
    }
  }

  private revoke(): void {
    for (const partition of this.current.values()) partition.revoke();
    this.current = new Map();
  }

  private async deliver({ batch, resolveOffset, isStale, heartbeat }: EachBatchPayload): Promise<void> {
    const partition = this.current.get(batch.partition);
    if (partition !== undefined && !isStale() && partition.accept(batch)) resolveOffset(batch.lastOffset());
    await heartbeat();
  }
}
