import { emptyHead, type RecordHead } from '../../shared/codec/record-head.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';
import { type Checkpoint, checkpointOf } from './checkpoint.ts';
import type { ParkedRecord } from './ddl/parking.ts';
import { isFirstHalf } from './quarantine/row-units.ts';

/** Work for the target: whole source transactions, or a chunk of one that is too large (`isFinal` false: its target transaction stays open). */
export type Batch = {
  readonly events: readonly RowEvent[];
  /** Records of tables that wait for a held statement. */
  readonly parked: readonly ParkedRecord[];
  readonly checkpoint: Checkpoint;
  readonly transactions: number;
  readonly isFinal: boolean;
  /** Bytes of its records. */
  readonly bytes: number;
  /** When the block that was read last was published and came here; ms. */
  readonly publishedAt: number;
  readonly arrivedAt: number;
};

type BlockTimes = Pick<Batch, 'publishedAt' | 'arrivedAt'>;

const NOTHING = Buffer.alloc(0);

export type BatchLimits = { readonly maxRows: number; readonly maxBytes: number };

/** A record that has been read; a checkpoint is made of it only when a batch ends there. The head is a copy: the reader uses its own again. */
class Place {
  private readonly head = emptyHead();
  private value: Buffer = NOTHING;
  private offset = '';

  set(head: RecordHead, value: Buffer, offset: string): void {
    const own = this.head;
    own.epoch = head.epoch;
    own.transaction = head.transaction;
    own.serial = head.serial;
    own.committed = head.committed;
    own.logAt = head.logAt;
    this.value = value;
    this.offset = offset;
  }

  /** Lets go of the record's bytes. */
  toCheckpoint(): Checkpoint {
    const { head, value, offset } = this;
    this.value = NOTHING;
    return checkpointOf(value, head, offset);
  }
}

/**
 * Collects events and says when a batch is due. A batch ends at a transaction boundary; only when a single transaction exceeds the limits is it cut,
 * and the parts of it belong to one target transaction.
 */
export class Batcher {
  private readonly limits: BatchLimits;
  private events: RowEvent[] = [];
  private parked: ParkedRecord[] = [];
  private bytes = 0;
  private transactions = 0;
  private readonly boundary = new Place();
  private hasBoundary = false;
  private boundaryEvents = 0;
  private boundaryParked = 0;
  private boundaryBytes = 0;
  private readonly latest = new Place();
  private times: BlockTimes = { publishedAt: 0, arrivedAt: 0 };

  private readonly isCareful: () => boolean;

  /** `isCareful`: while it says so, a batch holds one source transaction, so that an error is about that one alone. */
  constructor(limits: BatchLimits, isCareful: () => boolean = () => false) {
    this.limits = limits;
    this.isCareful = isCareful;
  }

  /** What is added from here on came with this block. */
  begin({ publishedAt, arrivedAt }: BlockTimes): void {
    this.times = { publishedAt, arrivedAt };
  }

  add(event: RowEvent): void {
    this.events.push(event);
    this.bytes += event.value.length;
  }

  park(record: ParkedRecord): void {
    this.parked.push(record);
    this.bytes += record.value.length;
  }

  /** Tells where the stream is after this record; `head.last`: a source transaction ends here. */
  reach(head: RecordHead, value: Buffer, offset: string): void {
    if (!head.last) {
      this.latest.set(head, value, offset);
      return;
    }
    this.transactions += 1;
    this.hasBoundary = true;
    this.boundary.set(head, value, offset);
    this.boundaryEvents = this.events.length;
    this.boundaryParked = this.parked.length;
    this.boundaryBytes = this.bytes;
  }

  get isFull(): boolean {
    if (this.hasBoundary && this.isCareful()) return true;
    return this.events.length + this.parked.length >= this.limits.maxRows || this.bytes >= this.limits.maxBytes;
  }

  /** Whether `take` would return a batch. */
  get isDue(): boolean {
    return this.hasBoundary || this.isFull;
  }

  /** Everything up to the last boundary; without one, when full, a chunk. */
  take(): Batch | undefined {
    return this.hasBoundary ? this.takeTransactions() : this.takeChunk();
  }

  private takeTransactions(): Batch {
    const all = this.boundaryEvents === this.events.length;
    const events = all ? this.events : this.events.slice(0, this.boundaryEvents);
    const parked = this.parked.slice(0, this.boundaryParked);
    const { transactions } = this;
    this.parked = this.parked.slice(this.boundaryParked);
    this.events = all ? [] : this.events.slice(this.boundaryEvents);
    const bytes = this.boundaryBytes;
    this.bytes -= bytes;
    this.transactions = 0;
    this.hasBoundary = false;
    return {
      events,
      parked,
      checkpoint: this.boundary.toCheckpoint(),
      transactions,
      isFinal: true,
      bytes,
      ...this.times,
    };
  }

  /** Takes the first half of a change of key off the end: the second one comes next, and they belong together. */
  private splitHalf(events: RowEvent[]): RowEvent[] {
    const last = events.at(-1);
    return events.length > 1 && last !== undefined && isFirstHalf(last) ? events.splice(-1) : [];
  }

  private takeChunk(): Batch | undefined {
    if (!this.isFull) return undefined;
    const { events, parked } = this;
    const all = this.bytes;
    this.events = this.splitHalf(events);
    this.parked = [];
    this.bytes = this.events.reduce((sum, { value }) => sum + value.length, 0);
    return {
      events,
      parked,
      checkpoint: this.latest.toCheckpoint(),
      transactions: 0,
      isFinal: false,
      bytes: all - this.bytes,
      ...this.times,
    };
  }
}
