import type { Source } from '../../shared/codec/avro-bytes.ts';
import {
  emptyHead,
  HEARTBEAT,
  PART,
  type RecordHead,
  readHead,
  readLog,
  readRevisions,
  SELECTION,
  STATEMENT,
  schemaIdOf,
} from '../../shared/codec/record-head.ts';
import { readPart } from '../../shared/codec/row-part.ts';
import type { AssignedPartition, ConsumedRecord, RecordBlock } from '../../shared/kafka/assigned-partition.ts';
import { type CompiledPlan, type RowEvent, transformed } from '../../shared/rows/row-event.ts';
import { MalformedRow } from '../../shared/rows/statements.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Batcher } from './batcher.ts';
import type { CheckpointOwner } from './checkpoint.ts';
import { Continuity } from './continuity.ts';
import type { Cursor } from './cursor.ts';
import { readStatement, type Statement } from './ddl/statement-record.ts';
import type { LaneTraces } from './lane-traces.ts';
import type { PlanCache, SchemaUse } from './plan-cache.ts';
import { RowParts } from './row-parts.ts';
import type { StartFilter } from './start-filter.ts';

export type ReaderParts = {
  readonly partition: AssignedPartition;
  readonly plans: PlanCache;
  readonly batcher: Batcher;
  readonly owner: Pick<CheckpointOwner, 'channel' | 'pipeline'>;
  /** Where reading begins. */
  readonly cursor: Cursor;
  readonly startFilter: StartFilter | undefined;
  readonly observer: ReaderObserver;
  /** Undefined: no traces. */
  readonly traces?: LaneTraces | undefined;
};

/** What a person may want to know of records that are not applied. */
export type ReaderObserver = {
  /** The first record that is to be applied. */
  onFirst(committedMicros: number): void;
  /** `behind`: the offset behind the last record before it that is to be applied. `next`: the one behind the heartbeat. */
  onHeartbeat(committedMicros: number, behind: bigint, next: bigint): void;
  onRepeat(): void;
  /** The lane goes over to the rules of another revision of the channel's document. */
  onRules(revision: number): void;
};

/**
 * Records of one partition -> events in the batcher. Checks that the stream has no hole, drops repeats and what lies before the start.
 * Nothing is skipped that it cannot read: it throws RECORD_UNREADABLE with the place, or STREAM_GAP.
 */
export class RecordReader {
  private readonly parts: ReaderParts;
  private block: RecordBlock | undefined;
  private index = 0;
  private readonly order: Continuity;
  private readonly head = emptyHead();
  private readonly rowParts = new RowParts();
  private readonly source: Source = { bytes: Buffer.alloc(0), at: 0 };
  /** Offset of the last record that was handed to the batcher. */
  private reached: string | undefined;
  /** Number of the transaction that the start filter has judged, and its verdict. */
  private judged: { epoch: number; transaction: number; isBefore: boolean } | undefined;

  constructor(parts: ReaderParts) {
    this.parts = parts;
    this.order = new Continuity(parts.owner, this.place(), parts.cursor);
  }

  /** Why nothing more is read: RECORD_UNREADABLE, STREAM_GAP, REGISTRY_UNREACHABLE, TARGET_…. What was read before it is in the batcher. */
  failure: ReplicationError | undefined;

  /** A statement that stands next in the stream: nothing is read before it was crossed (`crossed`). What was read before it is in the batcher. */
  statement: Statement | undefined;

  /** Goes on behind the statement. */
  crossed(): void {
    this.statement = undefined;
  }

  /** True while it works or asks for the description of a table; `loads` counts what it has been told. */
  isReading = false;
  loads = 0;

  /** Reads what is at hand until the batcher is full, a statement comes, or a record cannot be read (`failure`). */
  async fill(): Promise<void> {
    if (this.failure !== undefined) return;
    this.isReading = true;
    try {
      await this.readBlocks();
    } catch (error) {
      this.failure =
        error instanceof MalformedRow ? this.unreadable(error.offset, error.message) : asReplicationError(error);
    } finally {
      this.isReading = false;
    }
  }

  private async readBlocks(): Promise<void> {
    const { partition, batcher, plans } = this.parts;
    while (!batcher.isFull && this.statement === undefined && this.mayReadOn()) {
      this.block ??= await this.nextBlock(partition);
      if (this.block === undefined) return;
      const unknown = this.readKnown(this.block);
      if (unknown !== undefined) await this.placed(unknown, plans.load(unknown.schemaId, this.head));
      this.loads++;
      if (this.index >= this.block.records.length) this.block = undefined;
    }
  }

  /** New rules take force between two transactions, when no event that was read by the old ones waits: false until then. */
  private mayReadOn(): boolean {
    const { plans, batcher, observer } = this.parts;
    if (!this.order.isAtBoundary || !plans.isStale) return true;
    if (batcher.isDue) return false;
    plans.renew();
    observer.onRules(plans.revision);
    return true;
  }

  private async nextBlock(partition: AssignedPartition): Promise<RecordBlock | undefined> {
    this.index = 0;
    const block = partition.take();
    if (block === undefined) return undefined;
    this.parts.batcher.begin(block);
    await this.order.expect(block, async () => (await partition.bounds()).low);
    return block;
  }

  /** Reads on until the block ends, the batcher is full, new rules are to be taken, or a schema is met that has no plan yet (returned). */
  private readKnown({ records }: RecordBlock): { schemaId: number; offset: string } | undefined {
    const { plans, batcher } = this.parts;
    let knownId = -1;
    let use: SchemaUse | undefined;
    for (; this.index < records.length; this.index++) {
      const record = records[this.index] as ConsumedRecord;
      const schemaId = schemaIdOf(record.value);
      if (schemaId === undefined || record.value === null)
        throw this.unreadable(record.offset, 'it is not in the wire format of a schema registry');
      if (schemaId !== knownId) {
        use = plans.known(schemaId);
        knownId = schemaId;
        if (use === undefined) return this.unknown(record, record.value, schemaId);
      }
      if (use !== 'none' && use?.kind === 'part') {
        const whole = this.wholeSchema(record.value);
        use = plans.known(whole);
        knownId = -1;
        if (use === undefined) return this.unknown(record, record.value, whole);
      }
      this.readRecord(record, record.value, use ?? 'none');
      if (batcher.isFull || this.statement !== undefined || (this.order.isAtBoundary && plans.isStale)) {
        this.index++;
        return undefined;
      }
    }
    return undefined;
  }

  private unknown({ offset }: ConsumedRecord, value: Buffer, schemaId: number): { schemaId: number; offset: string } {
    readHead(value, this.source, this.head);
    return { schemaId, offset };
  }

  private wholeSchema(value: Buffer): number {
    readHead(value, this.source, this.head);
    return readPart(value, this.head.bodyAt).schemaId;
  }

  private readRecord(record: ConsumedRecord, value: Buffer, use: SchemaUse): void {
    const { observer } = this.parts;
    const { head } = this;
    if (!readHead(value, this.source, head)) throw this.unreadable(record.offset, 'its first fields are damaged');
    if (head.op === HEARTBEAT) this.readHeartbeat(record, value, head);
    else if (head.op === SELECTION) this.readSelection(record, value, head);
    else if (this.order.accept(record, value, head) === 'repeat') observer.onRepeat();
    else this.readNew(record, value, head, use);
  }

  private readNew(record: ConsumedRecord, value: Buffer, head: RecordHead, use: SchemaUse): void {
    if (this.reached === undefined) this.parts.observer.onFirst(head.committed);
    const isWanted = (use !== 'none' || head.op === STATEMENT) && !this.isBeforeStart(head, value);
    if (isWanted && head.op === STATEMENT) {
      this.statement = readStatement(value, head, record.offset);
      this.trace(record, value, head, true);
      return;
    }
    const isTaken = isWanted && use !== 'none';
    if (isTaken) this.take(record, value, head, use);
    this.trace(record, value, head, isTaken);
    this.reach(record, value, head);
  }

  private trace(record: ConsumedRecord, value: Buffer, head: RecordHead, isTaken: boolean): void {
    const { traces } = this.parts;
    if (traces === undefined || this.block === undefined) return;
    if (isTaken) traces.took();
    if (head.last) traces.ended(head, value, record, this.block.arrivedAt);
  }

  private reach({ offset }: ConsumedRecord, value: Buffer, head: RecordHead): void {
    this.parts.batcher.reach(head, value, offset);
    this.reached = offset;
  }

  private take(record: ConsumedRecord, value: Buffer, head: RecordHead, use: Exclude<SchemaUse, 'none'>): void {
    const { batcher } = this.parts;
    const { key, offset } = record;
    if (key === null) throw this.unreadable(offset, 'it has no key');
    if (use.kind === 'gone') {
      use.expectPast(head);
    } else if (use.kind === 'parked') {
      batcher.park({ queue: use.queue, key, value, offset });
    } else if (use.kind !== 'part') {
      if (head.op === PART) this.takePart(record, value, head, use);
      else this.add({ plan: use, op: head.op, key, value, bodyAt: head.bodyAt, offset });
    }
  }

  private takePart({ key, offset }: ConsumedRecord, value: Buffer, { bodyAt }: RecordHead, plan: CompiledPlan): void {
    const part = readPart(value, bodyAt);
    try {
      const whole = this.rowParts.add(part);
      if (whole === undefined) return;
      const joined = { schemaId: part.schemaId, head: Buffer.from(value.subarray(0, bodyAt)) };
      this.add({ plan, op: part.op, key, value: whole, bodyAt: 0, offset, joined });
    } catch (error) {
      throw this.unreadable(offset, error instanceof Error ? error.message : String(error));
    }
  }

  private add(event: RowEvent): void {
    const { batcher } = this.parts;
    if (event.plan.transform === undefined) batcher.add(event);
    else for (const made of transformed(event)) batcher.add(made);
  }

  private readHeartbeat(record: ConsumedRecord, value: Buffer, head: RecordHead): void {
    this.follow(record, value, head);
    const behind = this.reached === undefined ? 0n : BigInt(this.reached) + 1n;
    this.parts.observer.onHeartbeat(head.committed, behind, BigInt(record.offset) + 1n);
  }

  /** The first record after an operator moved the offset makes a checkpoint even when it is not numbered: from there on a loss shows, also to who begins again. */
  private follow(record: ConsumedRecord, value: Buffer, head: RecordHead): void {
    if (this.order.follow(record, value, head)) this.reach(record, value, head);
  }

  /** From here on the stream holds the tables that these revisions ask for: rows of a table that is not known here yet would be left out. */
  private readSelection(record: ConsumedRecord, value: Buffer, head: RecordHead): void {
    const { plans } = this.parts;
    if (plans.knows(readRevisions(value, head.bodyAt))) {
      this.follow(record, value, head);
      return;
    }
    throw new ReplicationError(
      'DOCUMENT_LATE',
      `the stream goes on with tables of a newer channel document than the one this loader has, revision ${plans.revision}`,
      'nothing to do: the document is on its way, and the pipeline goes on when it is here; if it stays, look at the MirrorMaker of this site',
    );
  }

  private isBeforeStart(head: RecordHead, value: Buffer): boolean {
    const { startFilter } = this.parts;
    if (startFilter === undefined) return false;
    const { judged } = this;
    if (judged?.transaction === head.transaction && judged.epoch === head.epoch) return judged.isBefore;
    const isBefore = startFilter(readLog(value, head.logAt));
    this.judged = { epoch: head.epoch, transaction: head.transaction, isBefore };
    return isBefore;
  }

  private place(): string {
    const { topic, partition } = this.parts.partition;
    return `partition ${partition} of ${topic}`;
  }

  private async placed<T>({ offset }: { offset: string }, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ReplicationError && error.code === 'RECORD_UNREADABLE') {
        throw this.unreadable(offset, error.message, error);
      }
      throw error;
    }
  }

  unreadable(offset: string, why: string, cause?: unknown): ReplicationError {
    return unreadableRecord(this.place(), offset, why, cause);
  }
}

export function unreadableRecord(place: string, offset: string, why: string, cause?: unknown): ReplicationError {
  return new ReplicationError(
    'RECORD_UNREADABLE',
    `the record at offset ${offset}, ${place}, cannot be read: ${why}`,
    `find out who wrote it; to go on without it: lutra pause, lutra seek --to-offset ${BigInt(offset) + 1n}, or lutra skip when it stands in the middle of a transaction, then lutra start`,
    cause,
  );
}
