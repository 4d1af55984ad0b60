import type { Source } from '../byte-sink.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import { emptyHead, readHead, STATEMENT, schemaIdOf } from '../record-head.ts';
import type { RowEvent } from '../row-event.ts';
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
  readonly onApplied: (events: readonly RowEvent[]) => void;
};

/**
 * Carries out what was decided about a queue and applies what was parked behind it, in order, until the queue is empty or its next statement is held.
 * A chunk of rows and its removal from `lutra.parked` are one target transaction, so a crash repeats nothing. Errors: TARGET_….
 */
export async function releaseQueue(queue: string, parts: ReleaseParts): Promise<void> {
  const { room, session, owner, signal } = parts;
  if (!(await room.decide(queue))) return;
  let plans = parts.plans(queue);
  while (!signal.aborted) {
    const records = await session.guarded((connection) => readParked(connection, owner, queue));
    const [first] = records;
    if (first === undefined) return room.endQueue(queue);
    const statement = statementId(first);
    if (statement === undefined) {
      await applyRows(rowsAhead(records), plans, parts);
      continue;
    }
    const row = await room.settleQueued(statement);
    await session.guarded((connection) => connection.query(removeParked([first])));
    if (row.state === 'held') return room.renameQueue(queue, row);
    plans = parts.plans(queue);
  }
}

const head = emptyHead();
const place: Source = { bytes: Buffer.alloc(0), at: 0 };

function statementId({ value }: StoredRecord): string | undefined {
  if (!readHead(value, place, head) || head.op !== STATEMENT) return undefined;
  return `${head.epoch}-${head.transaction}`;
}

/** The records before the next statement. */
function rowsAhead(records: readonly StoredRecord[]): readonly StoredRecord[] {
  const end = records.findIndex((record) => statementId(record) !== undefined);
  return end < 0 ? records : records.slice(0, end);
}

async function applyRows(records: readonly StoredRecord[], plans: PlanCache, parts: ReleaseParts): Promise<void> {
  const { session, onApplied } = parts;
  const events: RowEvent[] = [];
  for (const { key, value, offset } of records) {
    const schemaId = schemaIdOf(value) ?? -1;
    if (!readHead(value, place, head)) continue;
    const use = plans.known(schemaId) ?? (await plans.load(schemaId, head));
    if (use === 'none') continue;
    if (use.kind === 'gone') use.expectPast(head);
    else if (use.kind !== 'parked') {
      const event = { plan: use, op: head.op, key, value, bodyAt: head.bodyAt, offset };
      events.push(...(use.transform === undefined ? [event] : use.transform(event)));
    }
  }
  await session.release(events, removeParked(records));
  onApplied(events);
}
