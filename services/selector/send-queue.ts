import { RecordBuffer } from '../../shared/kafka/record-buffer.ts';
import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import type { Progress } from './publisher.ts';

export type SendQueueParts = {
  readonly producer: RecordProducer;
  readonly topic: string;
  /** Bytes that have gathered and are in no group yet. */
  readonly openBytes: () => number;
  /** Called when the last group is acknowledged: what has gathered meanwhile can follow. */
  readonly onIdle: () => void;
  /** Called after the rows that `progress` covers are acknowledged, in order. */
  readonly onAcknowledged: (progress: Progress) => void;
  /** Called once when a send fails; nothing is sent after it. */
  readonly onFailure: (error: unknown) => void;
};

/** The source is held above the first and released below the second. */
const HIGH_BYTES = 12 << 20;
const LOW_BYTES = 4 << 20;
const POOL = 16;

export type Part = { readonly partition: number; readonly buffer: RecordBuffer };
export type Group = {
  readonly parts: readonly Part[];
  readonly progress: Progress | undefined;
  /** Done when everything before it is acknowledged and before anything behind it is sent. */
  readonly work?: () => Promise<void>;
};

/** Sends groups of records one after another, in the order in which they came, and holds the source while too many bytes wait. */
export class SendQueue {
  sends = 0;
  private readonly parts: SendQueueParts;
  private readonly groups: Group[] = [];
  private readonly pool: RecordBuffer[] = [];
  private bytes = 0;
  private sending: Promise<void> | undefined;
  private failed = false;
  private room: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(parts: SendQueueParts) {
    this.parts = parts;
  }

  put(group: Group): void {
    this.groups.push(group);
    this.bytes += sizeOf(group);
    if (this.sending || this.failed) return;
    this.sending = this.send().finally(() => {
      this.sending = undefined;
    });
  }

  get isEmpty(): boolean {
    return this.groups.length === 0;
  }

  get isSending(): boolean {
    return this.sending !== undefined;
  }

  /** An empty buffer, one that was sent if there is any. */
  takeBuffer(): RecordBuffer {
    return this.pool.pop() ?? new RecordBuffer();
  }

  /** A promise while too much waits for Kafka. */
  backPressure(): Promise<void> | undefined {
    if (this.bytes + this.parts.openBytes() < HIGH_BYTES) return undefined;
    this.room ??= Promise.withResolvers<void>();
    return this.room.promise;
  }

  /** Resolves when all is acknowledged or a send has failed. */
  async drain(): Promise<void> {
    while (this.sending) await this.sending;
  }

  private async send(): Promise<void> {
    try {
      for (let group = this.groups.shift(); group; group = this.groups.shift()) {
        const size = sizeOf(group);
        for (const part of group.parts) await this.sendPart(part);
        this.bytes -= size;
        if (group.progress) this.parts.onAcknowledged(group.progress);
        await group.work?.();
        if (this.bytes + this.parts.openBytes() < LOW_BYTES) this.makeRoom();
        if (this.groups.length === 0) this.parts.onIdle();
      }
    } catch (error) {
      this.failed = true;
      this.parts.onFailure(error);
    }
  }

  private async sendPart({ partition, buffer }: Part): Promise<void> {
    await this.parts.producer.send(this.parts.topic, partition, buffer);
    this.sends++;
    buffer.reset();
    if (this.pool.length < POOL) this.pool.push(buffer);
  }

  private makeRoom(): void {
    this.room?.resolve();
    this.room = undefined;
  }
}

function sizeOf({ parts }: Group): number {
  return parts.reduce((sum, { buffer }) => sum + buffer.size, 0);
}
