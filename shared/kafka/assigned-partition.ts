import type { Admin, Batch, Consumer } from 'kafkajs';
import type { Logger } from '../runtime/log.ts';
import { pause } from '../runtime/retry.ts';
import { Wake } from '../runtime/wake.ts';
import { kafkaUnreachable } from './cluster.ts';

export type ConsumedRecord = {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: string;
};
/** What one fetch brought of a partition, from offset `first` up to and without `next`; control records are counted, but not among the records. */
export type RecordBlock = {
  readonly records: readonly ConsumedRecord[];
  readonly first: bigint;
  readonly next: bigint;
  /** When its last record was written by its producer, and when it came here; ms. */
  readonly publishedAt: number;
  readonly arrivedAt: number;
};
export type CommittedOffset = { readonly offset: bigint; readonly metadata: string | null };

const QUEUE_HIGH_BYTES = 3 << 20;
const QUEUE_LOW_BYTES = 3 << 19;
/** What kafkajs makes around a record; more than the record itself when it is small. */
const RECORD_OVERHEAD_BYTES = 256;
const COMMIT_INTERVAL_MS = 100;
const ASK_END_EVERY_MS = 5_000;

export type PartitionParts = {
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly brokers: readonly string[];
  readonly log: Logger;
  /** Ends this membership of the group; another one begins. */
  readonly abandon: (why: Error) => void;
};

/**
 * One partition for as long as this member of the group owns it. Records arrive in a queue of at most about 4 MB: above 3 MB the fetch of
 * this partition alone is paused, below 1.5 MB it goes on, so a slow partition never holds up another one.
 */
export class AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Told when records arrive and when the partition is taken away. */
  readonly wake = new Wake();
  private readonly parts: PartitionParts;
  private readonly ending = new AbortController();
  private readonly queue: { block: RecordBlock; bytes: number }[] = [];
  private queuedBytes = 0;
  private isPaused = true;
  private isReading = false;
  private highWatermark = 0n;
  private nextOffset = 0n;
  private heardAt = 0;
  private wanted: { offset: bigint; metadata: string } | undefined;
  private committing: Promise<void> | undefined;

  constructor(parts: PartitionParts) {
    this.parts = parts;
    this.topic = parts.topic;
    this.partition = parts.partition;
  }

  /** Told when the broker has taken an offset of `commit`. */
  onCommitted: ((offset: bigint) => void) | undefined;

  /** Aborts when the partition is taken away or the process stops. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** How many fetches have brought something. */
  fetches = 0;

  /** Whether the topic holds more than was fetched. Looks at Kafka itself when nothing has come for a while, in the background. */
  get isBehind(): boolean {
    const now = performance.now();
    if (this.isReading && now - this.heardAt > ASK_END_EVERY_MS) {
      this.heardAt = now;
      void this.bounds().catch(() => {});
    }
    return this.isReading && this.nextOffset < this.highWatermark;
  }

  /** Leaves the group and joins it anew, with all partitions of this member: for a fetch that brings nothing although there is something. */
  beginAnew(): void {
    this.parts.abandon(
      new Error(`nothing is fetched of partition ${this.partition} of ${this.topic} although it holds more`),
    );
  }

  /** End of the partition as last seen: the offset that the next record will get. */
  get end(): bigint {
    return this.highWatermark;
  }

  revoke(): void {
    this.ending.abort();
    this.isReading = false;
    this.wake.notify();
  }

  /** The committed offset of the group, undefined when there is none. Errors: KAFKA_UNREACHABLE. */
  async committed(): Promise<CommittedOffset | undefined> {
    const { admin, group } = this.parts;
    const answer = await this.ask(() => admin.fetchOffsets({ groupId: group, topics: [this.topic] }));
    const found = answer[0]?.partitions.find(({ partition }) => partition === this.partition);
    // NOTE kafkajs itself commits -1 and -2 when an offset is out of range; neither is anybody's decision.
    if (found === undefined || BigInt(found.offset) < 0n) return undefined;
    return { offset: BigInt(found.offset), metadata: found.metadata };
  }

  /** First offset that is kept, and the end. Errors: KAFKA_UNREACHABLE. */
  async bounds(): Promise<{ low: bigint; high: bigint }> {
    const answer = await this.ask(() => this.parts.admin.fetchTopicOffsets(this.topic));
    const found = answer.find(({ partition }) => partition === this.partition);
    const high = BigInt(found?.high ?? '0');
    this.highWatermark = high;
    return { low: BigInt(found?.low ?? '0'), high };
  }

  /** First offset whose record is not older than `timestamp` (ms); the end when all are older. Errors: KAFKA_UNREACHABLE. */
  async offsetAt(timestamp: number): Promise<bigint> {
    const answer = await this.ask(() => this.parts.admin.fetchTopicOffsetsByTimestamp(this.topic, timestamp));
    const found = answer.find(({ partition }) => partition === this.partition);
    return BigInt(found?.offset ?? '0');
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw kafkaUnreachable(this.parts.brokers, error);
    }
  }

  /** Empties the queue and reads from `offset` on. */
  readFrom(offset: bigint): void {
    const { consumer, topic, partition } = this.parts;
    if (this.signal.aborted) return;
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.isReading = true;
    this.nextOffset = offset;
    this.heardAt = performance.now();
    consumer.seek({ topic, partition, offset: offset.toString() });
    this.resume();
  }

  /** Stops the fetch of this partition; what is queued is dropped. */
  stopReading(): void {
    this.isReading = false;
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.pauseFetch();
  }

  /** The oldest block that has not been taken, undefined when there is none at hand. */
  take(): RecordBlock | undefined {
    const entry = this.queue.shift();
    if (entry === undefined) return undefined;
    this.queuedBytes -= entry.bytes;
    if (this.queuedBytes < QUEUE_LOW_BYTES) this.resume();
    return entry.block;
  }

  get hasRecords(): boolean {
    return this.queue.length > 0;
  }

  /** Called by the consumer for what a fetch brought. Returns whether it was taken over. */
  accept(batch: Batch): boolean {
    this.highWatermark = BigInt(batch.highWatermark);
    if (!this.isReading) return false;
    this.fetches++;
    this.heardAt = performance.now();
    this.nextOffset = BigInt(batch.lastOffset()) + 1n;
    let bytes = 0;
    for (const { value } of batch.messages) bytes += RECORD_OVERHEAD_BYTES + (value === null ? 0 : value.length);
    const first = BigInt(batch.firstOffset() ?? this.nextOffset);
    const publishedAt = Number(batch.messages.at(-1)?.timestamp ?? 0);
    const times = { publishedAt, arrivedAt: Date.now() };
    this.queue.push({ block: { records: batch.messages, first, next: this.nextOffset, ...times }, bytes });
    this.queuedBytes += bytes;
    if (this.queuedBytes > QUEUE_HIGH_BYTES) this.pauseFetch();
    this.wake.notify();
    return true;
  }

  private pauseFetch(): void {
    if (this.isPaused || this.signal.aborted) return;
    this.isPaused = true;
    this.parts.consumer.pause([{ topic: this.topic, partitions: [this.partition] }]);
  }

  private resume(): void {
    if (!this.isPaused || this.signal.aborted || !this.isReading) return;
    this.isPaused = false;
    this.parts.consumer.resume([{ topic: this.topic, partitions: [this.partition] }]);
  }

  /** Commits in the background, at most ten times a second; the newest offset wins, and a failure is retried until a newer one replaces it. */
  commit(offset: bigint, metadata: string): void {
    this.wanted = { offset, metadata };
    this.committing ??= this.commitWanted().finally(() => {
      this.committing = undefined;
    });
  }

  private async commitWanted(): Promise<void> {
    while (this.wanted !== undefined) {
      const { offset, metadata } = this.wanted;
      this.wanted = undefined;
      try {
        await this.commitNow(offset, metadata);
        this.onCommitted?.(offset);
      } catch (error) {
        if (this.signal.aborted) return;
        this.parts.log.debug({ err: error, offset: String(offset) }, 'an offset commit failed, it is tried again');
        this.wanted ??= { offset, metadata };
      }
      await pause(COMMIT_INTERVAL_MS, this.signal);
    }
  }

  /** Commits and waits for the broker's answer. Errors: KAFKA_UNREACHABLE. */
  async commitNow(offset: bigint, metadata: string): Promise<void> {
    const { consumer, topic, partition } = this.parts;
    await this.ask(() => consumer.commitOffsets([{ topic, partition, offset: offset.toString(), metadata }]));
  }

  /** Waits until what was asked to be committed has been, or has failed once more after the partition was taken away. */
  async settle(): Promise<void> {
    await this.committing;
  }
}
