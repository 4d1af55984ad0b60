import type { Checkpoint } from './checkpoint.ts';
import { type RecordHead, readLog } from './record-head.ts';
import type { RowEvent } from './row-event.ts';

/** Work for the target: whole source transactions, or a chunk of one that is too large (`isFinal` false: its target transaction stays open). */
export type Batch = {
  readonly events: readonly RowEvent[];
  readonly checkpoint: Checkpoint;
  readonly transactions: number;
  readonly isFinal: boolean;
};

export type BatchLimits = { readonly maxRows: number; readonly maxBytes: number };

/** A record that has been read; progress is made of it only when a batch ends there. */
export type Place = { readonly head: RecordHead; readonly value: Buffer; readonly offset: string };

/**
 * Collects events and says when a batch is due. A batch ends at a transaction boundary; only when a single transaction exceeds the limits is it cut,
 * and the parts of it belong to one target transaction.
 */
export class Batcher {
  private readonly limits: BatchLimits;
  private events: RowEvent[] = [];
  private bytes = 0;
  private transactions = 0;
  private boundary: Place | undefined;
  private boundaryEvents = 0;
  private boundaryBytes = 0;
  private latest: Place | undefined;

  constructor(limits: BatchLimits) {
    this.limits = limits;
  }

  add(event: RowEvent): void {
    this.events.push(event);
    this.bytes += event.value.length;
  }

  /** Tells where the stream is after this record; `head.last`: a source transaction ends here. */
  reach(place: Place): void {
    this.latest = place;
    if (!place.head.last) return;
    this.transactions += 1;
    this.boundary = place;
    this.boundaryEvents = this.events.length;
    this.boundaryBytes = this.bytes;
  }

  get isFull(): boolean {
    return this.events.length >= this.limits.maxRows || this.bytes >= this.limits.maxBytes;
  }

  /** Whether `take` would return a batch. */
  get isDue(): boolean {
    return this.boundary !== undefined || this.isFull;
  }

  /** Everything up to the last boundary; without one, when full, a chunk. */
  take(): Batch | undefined {
    return this.boundary === undefined ? this.takeChunk() : this.takeTransactions(this.boundary);
  }

  private takeTransactions(boundary: Place): Batch {
    const all = this.boundaryEvents === this.events.length;
    const events = all ? this.events : this.events.slice(0, this.boundaryEvents);
    const { transactions } = this;
    this.events = all ? [] : this.events.slice(this.boundaryEvents);
    this.bytes -= this.boundaryBytes;
    this.transactions = 0;
    this.boundary = undefined;
    return { events, checkpoint: checkpointAt(boundary), transactions, isFinal: true };
  }

  private takeChunk(): Batch | undefined {
    if (!this.isFull || this.latest === undefined) return undefined;
    const { events } = this;
    this.events = [];
    this.bytes = 0;
    return { events, checkpoint: checkpointAt(this.latest), transactions: 0, isFinal: false };
  }
}

export function checkpointAt({ head, value, offset }: Place): Checkpoint {
  return {
    nextOffset: BigInt(offset) + 1n,
    identity: { epoch: head.epoch, serial: head.serial },
    transaction: head.transaction,
    ...readLog(value, head.logAt),
    committed: head.committed,
  };
}
