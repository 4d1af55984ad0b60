import { type RecordHead, readLog } from '../../shared/codec/record-head.ts';
import type { ConsumedRecord, RecordBlock } from '../../shared/kafka/assigned-partition.ts';
import type { CheckpointOwner, Identity } from './checkpoint.ts';
import type { Cursor } from './cursor.ts';
import { offsetsGone, streamGap } from './stream-gap.ts';

/** new: apply it. repeat: it was applied before. gap: records before it are missing. */
export type Verdict = 'new' | 'repeat' | 'gap';

/**
 * Whether a record follows the last one. Serials count a partition's records without gaps, over all epochs, so whatever Kafka or MirrorMaker do,
 * a loss shows as a jump and a repeat as a step back. A new epoch may begin below the last serial: its selector published again what it had not saved.
 * `last` undefined: nothing is known, the record is taken as it comes.
 */
export function judge(last: Identity | undefined, next: Identity): Verdict {
  if (last === undefined) return 'new';
  if (next.epoch < last.epoch || (next.epoch === last.epoch && next.serial <= last.serial)) return 'repeat';
  return next.serial <= last.serial + 1 ? 'new' : 'gap';
}

/** Follows the records of one partition and knows when some are missing. Errors of all methods: STREAM_GAP. */
export class Continuity {
  private readonly owner: Pick<CheckpointOwner, 'channel' | 'pipeline'>;
  private readonly place: string;
  private last: Identity | undefined;
  private lastCommitted: number;
  /** The offset that the next block is to begin with. */
  private next: bigint;
  private isInsideTransaction = false;

  constructor(owner: Pick<CheckpointOwner, 'channel' | 'pipeline'>, place: string, cursor: Cursor) {
    this.owner = owner;
    this.place = place;
    this.last = cursor.identity;
    this.lastCommitted = cursor.committed;
    this.next = cursor.offset;
  }

  /** Whether the record before ended its transaction. */
  get isAtBoundary(): boolean {
    return !this.isInsideTransaction;
  }

  /**
   * Kafka's client goes elsewhere by itself when an offset is no longer there, and as long as no serial is known no record would show it.
   * `low`: asks for the first offset that is kept; a jump may also stand for control records.
   */
  async expect({ first, next }: Pick<RecordBlock, 'first' | 'next'>, low: () => Promise<bigint>): Promise<void> {
    const from = this.next;
    this.next = next;
    if (this.last !== undefined || first === from) return;
    if (first < from || (await low()) > from) throw offsetsGone(this.place, from, first);
  }

  /** A numbered record. */
  accept(record: ConsumedRecord, value: Buffer, head: RecordHead): 'new' | 'repeat' {
    if (this.verdict(record, value, head, head) === 'repeat') return 'repeat';
    this.last = { epoch: head.epoch, serial: head.serial };
    this.lastCommitted = head.committed;
    this.isInsideTransaction = !head.last;
    return 'new';
  }

  /** A record that bears the serial of the one before it: it shows a loss at the end of a stream that is idle since. True: it is the first that tells a serial. */
  follow(record: ConsumedRecord, value: Buffer, head: RecordHead): boolean {
    const { last } = this;
    if (this.verdict(record, value, head, { epoch: head.epoch, serial: head.serial + 1 }) === 'repeat') return false;
    if (last === undefined || head.epoch > last.epoch) this.last = { epoch: head.epoch, serial: head.serial };
    return last === undefined;
  }

  private verdict(
    { offset }: ConsumedRecord,
    value: Buffer,
    { logAt, committed }: RecordHead,
    { epoch, serial }: Identity,
  ): 'new' | 'repeat' {
    const { last } = this;
    const verdict = judge(last, { epoch, serial });
    if (verdict !== 'gap' || last === undefined) return verdict === 'repeat' ? 'repeat' : 'new';
    const { owner, place, lastCommitted, isInsideTransaction } = this;
    const next = { ...readLog(value, logAt), epoch, serial, committed, offset };
    throw streamGap({ ...owner, place, last, lastCommitted, next, isInsideTransaction });
  }
}
