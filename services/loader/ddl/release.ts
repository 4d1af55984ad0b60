import type { Source } from '../../../shared/codec/avro-bytes.ts';
import { emptyHead, PART, readHead, STATEMENT, schemaIdOf } from '../../../shared/codec/record-head.ts';
import { readPart } from '../../../shared/codec/row-part.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import type { RowEvent } from '../row-event.ts';
import { RowParts } from '../row-parts.ts';
import { RowsRefused } from '../target-errors.ts';
import type { TargetSession } from '../target-session.ts';
import type { DdlRoom } from './ddl-room.ts';
import { readParked, removeParked, type StoredRecord } from './parking.ts';

export type ReleaseParts = {
  readonly room: DdlRoom;
  readonly session: TargetSession;
  readonly owner: CheckpointOwner;
  /** New plans, by which the tables of this queue are written. */
  readonly plans: (released: string) => PlanCache;
  readonly signal: AbortSignal;
  /** One source transaction at a time, so that an error is about that one alone. */
  readonly isCareful: () => boolean;
  readonly onApplied: (events: readonly RowEvent[]) => void;
};

/**
 * Carries out what was decided about a queue and applies what was parked behind it, in order, until the queue is empty or its next statement is held.
 * A chunk of rows and its removal from `lutra.parked` are one target transaction, so a crash repeats nothing. Errors: TARGET_….
 */
export async function releaseQueue(queue: string, parts: ReleaseParts): Promise<void> {
  const { room, session, owner, signal } = parts;
  if (!(await room.queues.decide(queue))) return;
  let plans = parts.plans(queue);
  let bytes = CHUNK_BYTES;
  while (!signal.aborted) {
    const records = await session.guarded((connection) => readParked(connection, owner, queue, bytes));
    const [first] = records;
    if (first === undefined) return room.queues.end(queue);
    const statement = statementId(first);
    if (statement === undefined) {
      const ahead = rowsAhead(records);
      const isWhole = await applyParked(queue, parts.isCareful() ? firstTransaction(ahead) : ahead, plans, parts);
      bytes = isWhole ? CHUNK_BYTES : bytes * 2;
      continue;
    }
    const row = await room.queues.settleQueued(statement);
    await session.guarded((connection) => connection.query(removeParked([first])));
    if (row.state === 'held') return room.queues.rename(queue, row);
    plans = parts.plans(queue);
  }
}

const CHUNK_BYTES = 4 << 20;
const head = emptyHead();
const place: Source = { bytes: Buffer.alloc(0), at: 0 };

function statementId({ value }: StoredRecord): string | undefined {
  if (!readHead(value, place, head) || head.op !== STATEMENT) return undefined;
  return `${head.epoch}-${head.transaction}`;
}

/** Rows that were parked are refused: TARGET_REFUSED. `first`: the oldest of what was tried. */
export class ParkedRefused extends ReplicationError {
  readonly queue: string;
  readonly refused: RowsRefused;
  readonly first: StoredRecord;

  constructor(queue: string, refused: RowsRefused, first: StoredRecord) {
    super('TARGET_REFUSED', refused.message, refused.remedy, refused);
    this.queue = queue;
    this.refused = refused;
    this.first = first;
  }
}

async function applyParked(
  queue: string,
  records: readonly StoredRecord[],
  plans: PlanCache,
  parts: ReleaseParts,
): Promise<boolean> {
  try {
    return await applyRows(records, plans, parts);
  } catch (error) {
    const [first] = records;
    if (!(error instanceof RowsRefused) || first === undefined) throw error;
    throw new ParkedRefused(queue, error, first);
  }
}

/** The records of the transaction that the first one belongs to. */
export function firstTransaction(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const [first] = records;
  if (first === undefined) return [];
  const id = transactionOf(first);
  const end = records.findIndex((record) => transactionOf(record) !== id);
  return end < 0 ? records : records.slice(0, end);
}

function transactionOf({ value }: StoredRecord): string {
  readHead(value, place, head);
  return `${head.epoch}-${head.transaction}`;
}

/** The records before the next statement. */
function rowsAhead(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const end = records.findIndex((record) => statementId(record) !== undefined);
  return end < 0 ? records : records.slice(0, end);
}

/** False when the records are only pieces of a row that is larger: more have to be read at once. */
async function applyRows(
  records: readonly StoredRecord[],
  plans: PlanCache,
  { session, onApplied }: ReleaseParts,
): Promise<boolean> {
  const events: RowEvent[] = [];
  const rowParts = new RowParts();
  let wholeRecords = 0;
  for (const [index, record] of records.entries()) {
    const { key, value, offset } = record;
    readHead(value, place, head);
    const { op, bodyAt } = head;
    const part = op === PART ? readPart(value, bodyAt) : undefined;
    const whole = part === undefined ? value : rowParts.add(part);
    if (whole === undefined) continue;
    wholeRecords = index + 1;
    const schemaId = part?.schemaId ?? schemaIdOf(value) ?? -1;
    const use =
      plans.known(schemaId) ?? (await plans.load(schemaId, { epoch: head.epoch, transaction: head.transaction }));
    if (use === 'none' || use.kind === 'parked' || use.kind === 'part') continue;
    if (use.kind === 'gone') {
      use.expectPast(head);
      continue;
    }
    const event = { plan: use, op: part?.op ?? op, key, value: whole, bodyAt: part === undefined ? bodyAt : 0, offset };
    events.push(...(use.transform === undefined ? [event] : use.transform(event)));
  }
  if (wholeRecords === 0) return false;
  await session.release(events, removeParked(records.slice(0, wholeRecords)));
  onApplied(events);
  return true;
}
