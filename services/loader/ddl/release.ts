import type { Source } from '../../../shared/codec/avro-bytes.ts';
import { emptyHead, PART, readHead, STATEMENT, schemaIdOf } from '../../../shared/codec/record-head.ts';
import { readPart } from '../../../shared/codec/row-part.ts';
import type { ResultSetHeader } from '../../../shared/mysql/connection.ts';
import { type RowEvent, transformed } from '../../../shared/rows/row-event.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import { Isolation } from '../quarantine/isolation.ts';
import type { NewRow, Quarantine } from '../quarantine/quarantine.ts';
import { isFirstHalf } from '../quarantine/row-units.ts';
import { RowParts } from '../row-parts.ts';
import type { TargetSession } from '../target-session.ts';
import type { DdlRoom } from './ddl-room.ts';
import { readParked, removeParked, type StoredRecord } from './parking.ts';

export type ReleaseParts = {
  readonly room: DdlRoom;
  readonly session: TargetSession;
  readonly owner: CheckpointOwner;
  readonly quarantine: Quarantine;
  /** New plans, by which the tables of this queue are written. */
  readonly plans: (released: string) => PlanCache;
  readonly signal: AbortSignal;
  /** Record by record, so that a refused one goes into quarantine alone. */
  readonly isIsolated: boolean;
  readonly onApplied: (events: readonly RowEvent[]) => void;
  readonly onQuarantined: (rows: readonly NewRow[]) => void;
};

/**
 * Carries out what was decided about a queue and applies what was parked behind it, in order, until the queue is empty or its next statement is held.
 * A chunk of rows and its removal from `lutra.parked` are one target transaction, so a crash repeats nothing. Errors: TARGET_…, ParkedRefused.
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
      const isWhole = await applyParked(rowsAhead(records), plans, parts);
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

/** One of the rows that were parked is refused: TARGET_REFUSED. */
export class ParkedRefused extends ReplicationError {
  constructor({ message, remedy }: ReplicationError, cause: unknown) {
    super('TARGET_REFUSED', message, remedy, cause);
  }
}

async function applyParked(records: readonly StoredRecord[], plans: PlanCache, parts: ReleaseParts): Promise<boolean> {
  try {
    return await applyRows(records, plans, parts);
  } catch (error) {
    if (parts.isIsolated || !(error instanceof ReplicationError) || error.code !== 'TARGET_REFUSED') throw error;
    throw new ParkedRefused(error, error);
  }
}

/** The records before the next statement. */
function rowsAhead(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const end = records.findIndex((record) => statementId(record) !== undefined);
  return end < 0 ? records : records.slice(0, end);
}

/** False when the records are only pieces of a row that is larger: more have to be read at once. */
async function applyRows(records: readonly StoredRecord[], plans: PlanCache, parts: ReleaseParts): Promise<boolean> {
  const { session, quarantine } = parts;
  const { events, wholeRecords } = await readEvents(records, plans);
  if (wholeRecords === 0) return false;
  const { flowing, waiting } = quarantine.isEmpty ? { flowing: events, waiting: [] } : await quarantine.sift(events);
  const found = [...waiting];
  await session.release(async () => {
    await takeAway(records.slice(0, wholeRecords), parts);
    if (parts.isIsolated) found.push(...(await applyIsolated(flowing, parts)));
    else await session.runMerged(flowing);
    await quarantine.store(found);
  });
  parts.onApplied(flowing);
  parts.onQuarantined(found);
  return true;
}

/** Records that are gone were applied by another loader, which has the partition now. Errors: TARGET_TRANSIENT. */
async function takeAway(records: readonly StoredRecord[], { session, owner }: ReleaseParts): Promise<void> {
  const [{ affectedRows }] = await session.guarded((connection) =>
    connection.query<ResultSetHeader>(removeParked(records)),
  );
  if (affectedRows === records.length) return;
  throw new ReplicationError(
    'TARGET_TRANSIENT',
    `another loader has applied rows that were parked for pipeline ${owner.channel}/${owner.pipeline}, partition ${owner.partition} of ${owner.topic}`,
    'nothing to do: this one reads anew what is left',
  );
}

async function applyIsolated(
  events: readonly RowEvent[],
  { session, quarantine }: ReleaseParts,
): Promise<readonly NewRow[]> {
  const isolation = new Isolation(quarantine, session.rows, session.link);
  return [...(await isolation.apply(events)), ...(await isolation.finish())];
}

async function readEvents(
  records: readonly StoredRecord[],
  plans: PlanCache,
): Promise<{ events: RowEvent[]; wholeRecords: number }> {
  const events: RowEvent[] = [];
  const rowParts = new RowParts();
  let wholeRecords = 0;
  let before = { records: 0, events: 0 };
  for (const [index, { key, value, offset }] of records.entries()) {
    readHead(value, place, head);
    const { op, bodyAt } = head;
    const part = op === PART ? readPart(value, bodyAt) : undefined;
    const whole = part === undefined ? value : rowParts.add(part);
    if (whole === undefined) continue;
    before = { records: wholeRecords, events: events.length };
    wholeRecords = index + 1;
    const schemaId = part?.schemaId ?? schemaIdOf(value) ?? -1;
    const use =
      plans.known(schemaId) ?? (await plans.load(schemaId, { epoch: head.epoch, transaction: head.transaction }));
    if (use === 'none' || use.kind === 'parked' || use.kind === 'part') continue;
    if (use.kind === 'gone') {
      use.expectPast(head);
      continue;
    }
    const joined = part && { joined: { schemaId, head: Buffer.from(value.subarray(0, bodyAt)) } };
    const event = { plan: use, op: part?.op ?? op, key, value: whole, bodyAt: part ? 0 : bodyAt, offset, ...joined };
    events.push(...transformed(event));
  }
  const last = events.at(-1);
  // NOTE the second half of a change of key comes in the next chunk, and they belong together.
  if (before.records > 0 && events.length > before.events && last !== undefined && isFirstHalf(last))
    return { events: events.slice(0, before.events), wholeRecords: before.records };
  return { events, wholeRecords };
}
