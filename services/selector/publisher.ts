import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import {
  type EncodedHead,
  encodeHead,
  type Operation,
  type TransactionHead,
  writeFrame,
  writeHead,
} from '../../shared/codec/envelope.ts';
import type { KeyWriter } from '../../shared/codec/key-writer.ts';
import { RecordBuffer } from '../../shared/kafka/record-buffer.ts';
import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import type { LogPosition } from '../../shared/model/position.ts';
import type { RowPlan } from './row-plan.ts';
import { type Part, SendQueue } from './send-queue.ts';

/** How far the stream is published: the numbers of the last records, and the log position behind the last whole transaction. */
export type Progress = {
  readonly epoch: number;
  readonly transaction: number;
  readonly serials: readonly number[];
  readonly log: LogPosition;
};

export type PublisherParts = {
  readonly producer: RecordProducer;
  readonly topic: string;
  /** Id of PART_SCHEMA. */
  readonly partSchemaId: number;
  readonly from: Progress;
  /** The log position behind the last committed transaction, at the moment of the call. */
  readonly logPosition: () => LogPosition;
  /** Called when a transaction with records is whole, before it is sent. */
  readonly onCommitted?: ((transaction: TransactionHead, records: number) => void) | undefined;
  /** Called after the rows that `progress` covers are acknowledged, in order. */
  readonly onAcknowledged: (progress: Progress) => void;
  /** Called once when a send fails; nothing is sent after it. */
  readonly onFailure: (error: unknown) => void;
};

/** A group is sealed at this many bytes, so that one produce request stays well below max.message.bytes. */
const GROUP_BYTES = 1 << 20;
/** A row of up to this many bytes is one record; the topic's max.message.bytes is above. */
const WHOLE_BYTES = 4 << 20;
const PART_BYTES = 1 << 20;

type Lane = { readonly partition: number; buffer: RecordBuffer; lastAt: number; serial: number };
/**
 * Numbers records, gathers them per partition and sends them in groups: what has gathered while one group was on its way leaves with the next.
 * A group that is sealed at a transaction boundary holds all partitions and carries the progress they stand for; a full partition inside a huge
 * transaction leaves as a group without progress, so that what is saved never reaches into a transaction.
 */
export class Publisher {
  /** How many transactions with records were written since it began. */
  transactions = 0;
  private readonly parts: PublisherParts;
  private readonly lanes: Lane[];
  private readonly scratch = new AvroWriter(1 << 10);
  private readonly head = new AvroWriter(1 << 10);
  private readonly queue: SendQueue;
  private epoch: number;
  private transaction: number;
  private committed: { transaction: number; serials: readonly number[] };
  private encoded: EncodedHead | undefined;
  private begun: Omit<TransactionHead, 'epoch' | 'transaction'> | undefined;
  private ordinal = 0;
  private flushAsked = false;
  private dirty = false;

  constructor(parts: PublisherParts) {
    this.parts = parts;
    this.queue = new SendQueue({ ...parts, openBytes: () => this.openBytes(), onIdle: () => this.flush() });
    this.epoch = parts.from.epoch;
    this.transaction = parts.from.transaction;
    this.committed = { transaction: parts.from.transaction, serials: parts.from.serials };
    this.lanes = parts.from.serials.map((serial, partition) => ({
      partition,
      buffer: new RecordBuffer(),
      lastAt: -1,
      serial,
    }));
  }

  /** A transaction begins; it counts only when a record follows. */
  begin(head: Omit<TransactionHead, 'epoch' | 'transaction'>): void {
    this.begun = head;
    this.encoded = encodeHead({ ...head, epoch: this.epoch, transaction: this.transaction + 1 }, this.scratch);
    this.ordinal = 0;
  }

  row(plan: RowPlan, op: Operation, key: KeyWriter, images: AvroWriter): void {
    if (images.at > WHOLE_BYTES) {
      this.rowInParts(plan, op, key, images);
      return;
    }
    const partition = plan.partitionOf(key.bytes, key.length);
    this.append(partition, plan.schemaId, op, key.bytes, key.length, images.bytes, images.at);
  }

  /** A row whose record would be too large for Kafka leaves in pieces, each numbered like a record. */
  private rowInParts(plan: RowPlan, op: Operation, key: KeyWriter, { bytes, at }: AvroWriter): void {
    const partition = plan.partitionOf(key.bytes, key.length);
    const count = Math.ceil(at / PART_BYTES);
    const fields = new AvroWriter(64);
    for (let index = 0; index < count; index++) {
      const data = bytes.subarray(index * PART_BYTES, Math.min(at, (index + 1) * PART_BYTES));
      fields.at = 0;
      fields.int(plan.schemaId);
      fields.text(op);
      fields.int(index);
      fields.int(count);
      fields.int(data.length);
      const { partSchemaId } = this.parts;
      this.append(partition, partSchemaId, 'p', key.bytes, key.length, data, data.length, fields);
    }
  }

  /** A record for every partition: a statement. */
  everywhere(schemaId: number, op: Operation, key: Uint8Array, body: Buffer): void {
    for (let partition = 0; partition < this.lanes.length; partition++) {
      this.append(partition, schemaId, op, key, key.length, body, body.length);
    }
  }

  /** The transaction is complete: the last record of each partition is marked, and the log position moves. */
  commit(): void {
    if (this.ordinal > 0) {
      this.transaction++;
      this.transactions++;
      for (const lane of this.lanes) {
        if (lane.lastAt >= 0) lane.buffer.patch(lane.lastAt, 1);
        lane.lastAt = -1;
      }
      this.committed = { transaction: this.transaction, serials: this.lanes.map((lane) => lane.serial) };
      this.tellCommitted();
    }
    this.encoded = undefined;
    this.ordinal = 0;
    this.dirty = true;
    this.askFlush();
  }

  /** Says in every partition that the source is read up to now; only between transactions. */
  heartbeat(schemaId: number, head: Omit<TransactionHead, 'epoch' | 'transaction'>): void {
    if (this.encoded || this.openBytes() > 0 || !this.queue.isEmpty) return;
    this.unnumbered(schemaId, 'h', head, NO_BODY);
  }

  /** Tells in every partition what holds from here on; only between transactions. Like a heartbeat it bears no serial of its own. */
  announce(schemaId: number, head: Omit<TransactionHead, 'epoch' | 'transaction'>, body: Buffer): void {
    this.unnumbered(schemaId, 'e', head, body);
  }

  /** How far the stream is written. Only between transactions. */
  boundary(): Progress {
    this.seal();
    return { epoch: this.epoch, ...this.committed, log: this.parts.logPosition() };
  }

  /** Serials of the last records of whole transactions, per partition. */
  get serials(): readonly number[] {
    return this.committed.serials;
  }

  /** Does something when all that was written is acknowledged, and sends nothing of what follows before it is done. Its failure is one of the stream. */
  inTurn(work: () => Promise<void>): void {
    this.seal();
    this.queue.put({ parts: [], progress: undefined, work });
  }

  /** Numbers transactions anew from here on; serials go on, so that a loss across epochs shows. Only between transactions. */
  beginEpoch(epoch: number): void {
    this.seal();
    this.epoch = epoch;
    this.transaction = 0;
    this.committed = { ...this.committed, transaction: 0 };
  }

  /** A promise while too much waits for Kafka; the source is to be held until it resolves. */
  backPressure(): Promise<void> | undefined {
    return this.queue.backPressure();
  }

  /** Whether records are on their way to Kafka. */
  get isSending(): boolean {
    return this.queue.isSending;
  }

  /** How many requests Kafka has acknowledged. */
  get sends(): number {
    return this.queue.sends;
  }

  /** Sends what whole transactions there are; resolves when all is acknowledged or a send has failed. */
  async drain(): Promise<void> {
    this.flush();
    await this.queue.drain();
  }

  private unnumbered(
    schemaId: number,
    op: Operation,
    head: Omit<TransactionHead, 'epoch' | 'transaction'>,
    body: Buffer,
  ): void {
    const encoded = encodeHead({ ...head, epoch: this.epoch, transaction: this.transaction }, this.scratch);
    for (const lane of this.lanes) {
      this.head.at = 0;
      writeFrame(this.head, schemaId);
      const lastAt = writeHead(this.head, op, encoded, 0, lane.serial);
      this.head.bytes[lastAt] = 1;
      lane.buffer.append(NO_KEY, NO_KEY.length, this.head.bytes, this.head.at, body, body.length);
    }
    this.askFlush();
  }

  private append(
    partition: number,
    schemaId: number,
    op: Operation,
    key: Uint8Array,
    keyLength: number,
    body: Uint8Array,
    bodyLength: number,
    fields?: AvroWriter,
  ): void {
    if (this.ordinal === 0 && this.openBytes() >= GROUP_BYTES) this.seal();
    const lane = this.lanes[partition];
    if (!lane || !this.encoded) throw new Error('a record came outside of a transaction or of the partitions');
    if (lane.buffer.size >= GROUP_BYTES) this.queue.put({ parts: [this.take(lane)], progress: undefined });
    lane.serial++;
    this.head.at = 0;
    writeFrame(this.head, schemaId);
    const lastAt = writeHead(this.head, op, this.encoded, this.ordinal++, lane.serial);
    if (fields !== undefined) this.head.raw(fields.bytes, fields.at);
    const valueAt = lane.buffer.append(key, keyLength, this.head.bytes, this.head.at, body, bodyLength);
    lane.lastAt = valueAt + lastAt;
  }

  private askFlush(): void {
    if (this.flushAsked) return;
    this.flushAsked = true;
    queueMicrotask(() => {
      this.flushAsked = false;
      if (!this.queue.isSending) this.flush();
    });
  }

  private tellCommitted(): void {
    const { onCommitted } = this.parts;
    if (onCommitted === undefined || this.begun === undefined) return;
    onCommitted({ ...this.begun, epoch: this.epoch, transaction: this.transaction }, this.ordinal);
  }

  private atBoundary(): boolean {
    return !this.encoded || this.ordinal === 0;
  }

  private openBytes(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.buffer.size, 0);
  }

  /** Inside a transaction only full partitions leave. */
  private flush(): void {
    if (this.atBoundary()) this.seal();
  }

  /** Closes all open buffers at a transaction boundary into a group with the progress they stand for. */
  private seal(): void {
    const parts = this.lanes.filter((lane) => lane.buffer.count > 0).map((lane) => this.take(lane));
    if (parts.length === 0 && !this.dirty) return;
    this.dirty = false;
    this.queue.put({ parts, progress: { epoch: this.epoch, ...this.committed, log: this.parts.logPosition() } });
  }

  /** The open buffer of a lane, which goes on with an empty one. What was appended last is then known not to be the last of its transaction, or marked. */
  private take(lane: Lane): Part {
    const part = { partition: lane.partition, buffer: lane.buffer };
    lane.buffer = this.queue.takeBuffer();
    lane.lastAt = -1;
    return part;
  }
}

const NO_KEY = Buffer.from('[]');
const NO_BODY = Buffer.alloc(0);
