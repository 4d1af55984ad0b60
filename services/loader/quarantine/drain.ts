import type { RowDecision } from '../../../shared/model/quarantine-entry.ts';
import { type RowEvent, transformed } from '../../../shared/rows/row-event.ts';
import { type ErrorCode, ReplicationError } from '../../../shared/runtime/errors.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import { execute } from '../target-link.ts';
import type { TargetSession } from '../target-session.ts';
import { editedRow } from './edited-row.ts';
import { isRefused, ROW_DEPENDS, reasonOf, statementOf } from './isolation.ts';
import { netChange, newerChanges, notNamed } from './newest-row.ts';
import {
  changeRow,
  type QuarantinedRecord,
  type QuarantinedRow,
  type RowChange,
  readRecord,
} from './quarantine-table.ts';
import { LockSet, placeId } from './row-locks.ts';

export type DrainParts = {
  readonly session: TargetSession;
  readonly owner: CheckpointOwner;
  /** Plans by which the rows are applied, whatever waits for a statement. */
  readonly plans: PlanCache;
  readonly decisionOf: (rowId: string) => RowDecision | undefined;
  readonly signal: AbortSignal;
  readonly onApplied: (events: readonly RowEvent[]) => void;
  readonly log: Logger;
};

/** Rows that are gone through in one target transaction. */
const CHUNK_ROWS = 200;
const SAVEPOINT = 'SAVEPOINT lutra_row';
const TO_SAVEPOINT = 'ROLLBACK TO SAVEPOINT lutra_row';

/** One way through the rows. */
type Pass = {
  readonly rows: readonly QuarantinedRow[];
  /** What is not settled before the row at work. */
  readonly ahead: LockSet;
  /** What became of rows by way of an earlier one, by their id. */
  readonly covered: Map<string, RowChange>;
};

/**
 * Carries out what was decided about rows in quarantine and applies what has nothing ahead of it any more, in source order, one by one. A row and the note of it
 * are one target transaction, so a crash repeats nothing. Resolves to all rows, the settled ones too. Errors: TARGET_… that are not about a row.
 */
export async function drain(rows: readonly QuarantinedRow[], parts: DrainParts): Promise<QuarantinedRow[]> {
  let all = [...rows];
  for (let isAgain = true; isAgain && !parts.signal.aborted; ) {
    const open = all.filter((row) => !isSettled(row)).length;
    const pass: Pass = { rows: all, ahead: new LockSet(), covered: new Map() };
    const drained: QuarantinedRow[] = [];
    for (let from = 0; from < all.length; from += CHUNK_ROWS)
      drained.push(...(await drainChunk(all.slice(from, from + CHUNK_ROWS), pass, parts)));
    all = drained;
    const left = all.filter((row) => !isSettled(row));
    isAgain = left.length < open && left.some(({ reason }) => reason?.code === ROW_DEPENDS);
  }
  return all;
}

async function drainChunk(rows: readonly QuarantinedRow[], pass: Pass, parts: DrainParts): Promise<QuarantinedRow[]> {
  const drained: QuarantinedRow[] = [];
  const applied: RowEvent[] = [];
  const { ahead, covered } = pass;
  const work = async (): Promise<void> => {
    for (const row of rows) {
      const known = covered.get(placeId(row.place));
      const isToDo = known === undefined && isDue(row, pass, parts) && !ahead.blocks(row.locks, row.place);
      const now = isToDo ? { ...row, ...(await settle(row, pass, applied, parts)) } : { ...row, ...known };
      if (!isSettled(now)) ahead.add(now.locks, now.place);
      drained.push(now);
    }
  };
  if (rows.some((row) => isDue(row, pass, parts))) await parts.session.release(work);
  else await work();
  parts.onApplied(applied);
  return drained;
}

function isSettled({ state }: QuarantinedRow): boolean {
  return state === 'applied' || state === 'skipped';
}

/** Whether there is something to do about a row when nothing is ahead of it. */
function isDue(row: QuarantinedRow, { rows }: Pass, parts: DrainParts): boolean {
  if (isSettled(row) || parts.signal.aborted) return false;
  if (row.state === 'waiting' || row.reason?.code === ROW_DEPENDS || newDecision(row, parts) !== undefined) return true;
  return row.decision?.action === 'take' && newerChanges(row, rows).length > 0;
}

function newDecision({ place, decision }: QuarantinedRow, { decisionOf }: DrainParts): RowDecision | undefined {
  const found = decisionOf(placeId(place));
  return found !== undefined && found.at > (decision?.at ?? 0) ? found : undefined;
}

/** Does what is to be done about a row, and notes it, in the transaction that is begun. */
async function settle(row: QuarantinedRow, pass: Pass, applied: RowEvent[], parts: DrainParts): Promise<RowChange> {
  const { session, owner, log } = parts;
  const decided = newDecision(row, parts);
  const decision = decided ?? row.decision;
  if (decided !== undefined) {
    const { action, by } = decided;
    const table = `${row.table.schema}.${row.table.table}`;
    log.info({ row: placeId(row.place), table, action, by }, 'a row in quarantine was decided');
  }
  const newer = decision?.action === 'take' ? newerChanges(row, pass.rows) : [];
  const { covers, ...change } = await attempt(row, decision, newer, applied, parts);
  const whole = { ...change, ...(decided === undefined ? {} : { decision: decided }) };
  const note = (place: QuarantinedRow['place'], what: RowChange): Promise<unknown> =>
    session.guarded((connection) => connection.query(changeRow(owner, place, what)));
  await note(row.place, whole);
  for (const { place } of covers) {
    const by: RowChange = { state: change.state, decision };
    pass.covered.set(placeId(place), by);
    await note(place, by);
  }
  return whole;
}

/** `covers`: later changes of the row that are settled with it. */
type Attempt = RowChange & { readonly covers: readonly QuarantinedRow[] };

async function attempt(
  row: QuarantinedRow,
  decision: RowDecision | undefined,
  newer: readonly QuarantinedRow[],
  applied: RowEvent[],
  parts: DrainParts,
): Promise<Attempt> {
  if (decision?.action === 'skip') return { state: 'skipped', covers: [] };
  const { session, log } = parts;
  let current: RowEvent | undefined;
  await execute(session.link, SAVEPOINT);
  try {
    const { events, covers } = await eventsOf(row, decision, newer, parts);
    if (events.length === 0) {
      log.info({ row: placeId(row.place) }, 'a row in quarantine is left out: nothing takes its table any more');
      return { state: 'skipped', covers };
    }
    for (const event of events) {
      current = event;
      await session.rows.apply(event);
    }
    await session.rows.finish();
    applied.push(...events);
    return { state: 'applied', covers };
  } catch (error) {
    if (!isRefused(error) && !isOfRow(error)) throw error;
    session.rows.clear();
    await execute(session.link, TO_SAVEPOINT);
    const sql = current === undefined ? row.sql : statementOf(error, current, session.link);
    return { state: 'refused', reason: reasonOf(error), sql, covers: [] };
  }
}

/** The rules or the tables of today may not fit the row, which then waits on: what is in quarantine never stops a pipeline. */
const OF_ROW: ReadonlySet<string> = new Set<ErrorCode>([
  'EXPRESSION_FAILED',
  'DOCUMENT_INVALID',
  'TARGET_CHECK_FAILED',
  'RECORD_UNREADABLE',
]);

function isOfRow(error: unknown): error is ReplicationError {
  return error instanceof ReplicationError && OF_ROW.has(error.code);
}

type Covered = { readonly events: readonly RowEvent[]; readonly covers: readonly QuarantinedRow[] };

/** What the mapping makes of the record today. None when no mapping takes its table any more, or when a statement has taken the table away. */
async function eventsOf(
  row: QuarantinedRow,
  decision: RowDecision | undefined,
  newer: readonly QuarantinedRow[],
  parts: DrainParts,
): Promise<Covered> {
  const { place, offset, locks } = row;
  const { plans } = parts;
  const record = await recordOf(row, parts);
  if (record === undefined) return { events: [], covers: [] };
  const { schemaId, head, key } = record;
  const use = plans.known(schemaId) ?? (await plans.load(schemaId, place));
  if (use === 'none' || use.kind === 'parked' || use.kind === 'part') return { events: [], covers: [] };
  if (use.kind === 'gone') {
    use.expectPast(place);
    return { events: [], covers: [] };
  }
  if (decision?.action === 'take' && (locks.row ?? []).length === 0) throw notNamed();
  const newest = await newestOf(schemaId, newer, parts);
  const { op, body } = newest === undefined ? record : netChange(use, record, newest.record);
  const events = transformed({ plan: use, op, key, value: body, bodyAt: 0, offset, joined: { schemaId, head } });
  const covers = newest?.covers ?? [];
  const { values } = decision ?? {};
  if (decision?.action !== 'edit' || values === undefined) return { events, covers };
  return { events: events.map((event) => editedRow(event, values, plans.replan)), covers };
}

function recordOf({ place }: QuarantinedRow, { session, owner }: DrainParts): Promise<QuarantinedRecord | undefined> {
  return session.guarded((connection) => readRecord(connection, owner, place));
}

/** The last of the changes up to which all are of one schema: what a statement has changed in between follows in its place. */
async function newestOf(
  schemaId: number,
  newer: readonly QuarantinedRow[],
  parts: DrainParts,
): Promise<{ record: QuarantinedRecord; covers: readonly QuarantinedRow[] } | undefined> {
  for (let count = newer.length; count > 0; count--) {
    const record = await recordOf(newer[count - 1] as QuarantinedRow, parts);
    if (record?.schemaId === schemaId) return { record, covers: newer.slice(0, count) };
  }
  return undefined;
}
