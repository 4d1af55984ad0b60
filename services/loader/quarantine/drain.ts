import type { RowDecision } from '../../../shared/model/quarantine-entry.ts';
import { type ErrorCode, ReplicationError } from '../../../shared/runtime/errors.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import { type RowEvent, transformed } from '../row-event.ts';
import { execute } from '../target-link.ts';
import type { TargetSession } from '../target-session.ts';
import { editedRow } from './edited-row.ts';
import { isRefused, ROW_DEPENDS, reasonOf, statementOf } from './isolation.ts';
import { changeRow, type QuarantinedRow, type RowChange, readRecord } from './quarantine-table.ts';
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

/**
 * Carries out what was decided about rows in quarantine and applies what has nothing ahead of it any more, in source order, one by one. A row and the note of it
 * are one target transaction, so a crash repeats nothing. Resolves to all rows, the settled ones too. Errors: TARGET_… that are not about a row.
 */
export async function drain(rows: readonly QuarantinedRow[], parts: DrainParts): Promise<QuarantinedRow[]> {
  let all = [...rows];
  for (let isAgain = true; isAgain && !parts.signal.aborted; ) {
    const open = all.filter((row) => !isSettled(row)).length;
    const ahead = new LockSet();
    const drained: QuarantinedRow[] = [];
    for (let from = 0; from < all.length; from += CHUNK_ROWS)
      drained.push(...(await drainChunk(all.slice(from, from + CHUNK_ROWS), ahead, parts)));
    all = drained;
    const left = all.filter((row) => !isSettled(row));
    isAgain = left.length < open && left.some(({ reason }) => reason?.code === ROW_DEPENDS);
  }
  return all;
}

async function drainChunk(
  rows: readonly QuarantinedRow[],
  ahead: LockSet,
  parts: DrainParts,
): Promise<QuarantinedRow[]> {
  const drained: QuarantinedRow[] = [];
  const applied: RowEvent[] = [];
  const work = async (): Promise<void> => {
    for (const row of rows) {
      const isFree = !ahead.blocks({ ...row.locks, brings: [] }, row.place);
      const now = isFree && isDue(row, parts) ? { ...row, ...(await settle(row, applied, parts)) } : row;
      if (!isSettled(now)) ahead.add({ ...now.locks, brings: [] }, now.place);
      drained.push(now);
    }
  };
  if (rows.some((row) => isDue(row, parts))) await parts.session.release(work);
  else await work();
  parts.onApplied(applied);
  return drained;
}

function isSettled({ state }: QuarantinedRow): boolean {
  return state === 'applied' || state === 'skipped';
}

/** Whether there is something to do about a row when nothing is ahead of it. */
function isDue(row: QuarantinedRow, parts: DrainParts): boolean {
  if (isSettled(row) || parts.signal.aborted) return false;
  return row.state === 'waiting' || row.reason?.code === ROW_DEPENDS || newDecision(row, parts) !== undefined;
}

function newDecision({ place, decision }: QuarantinedRow, { decisionOf }: DrainParts): RowDecision | undefined {
  const found = decisionOf(placeId(place));
  return found !== undefined && found.at > (decision?.at ?? 0) ? found : undefined;
}

/** Does what is to be done about a row, and notes it, in the transaction that is begun. */
async function settle(row: QuarantinedRow, applied: RowEvent[], parts: DrainParts): Promise<RowChange> {
  const { session, owner, log } = parts;
  const decision = newDecision(row, parts);
  if (decision !== undefined) {
    const { action, by } = decision;
    const table = `${row.table.schema}.${row.table.table}`;
    log.info({ row: placeId(row.place), table, action, by }, 'a row in quarantine was decided');
  }
  const change = await attempt(row, decision, applied, parts);
  const whole = { ...change, ...(decision === undefined ? {} : { decision }) };
  await session.guarded((connection) => connection.query(changeRow(owner, row.place, whole)));
  return whole;
}

async function attempt(
  row: QuarantinedRow,
  decision: RowDecision | undefined,
  applied: RowEvent[],
  parts: DrainParts,
): Promise<RowChange> {
  if (decision?.action === 'skip') return { state: 'skipped' };
  const { session, log } = parts;
  let current: RowEvent | undefined;
  await execute(session.link, SAVEPOINT);
  try {
    const events = await eventsOf(row, decision ?? row.decision, parts);
    if (events.length === 0) {
      log.info({ row: placeId(row.place) }, 'a row in quarantine is left out: nothing takes its table any more');
      return { state: 'skipped' };
    }
    for (const event of events) {
      current = event;
      await session.rows.apply(event);
    }
    await session.rows.finish();
    applied.push(...events);
    return { state: 'applied' };
  } catch (error) {
    if (!isRefused(error) && !isOfRow(error)) throw error;
    session.rows.clear();
    await execute(session.link, TO_SAVEPOINT);
    const sql = current === undefined ? row.sql : statementOf(error, current, session.link);
    return { state: 'refused', reason: reasonOf(error), sql };
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

/** What the mapping makes of the record today. None when no mapping takes its table any more, or when a statement has taken the table away. */
async function eventsOf(
  { place, offset }: QuarantinedRow,
  decision: RowDecision | undefined,
  { session, owner, plans }: DrainParts,
): Promise<readonly RowEvent[]> {
  const record = await session.guarded((connection) => readRecord(connection, owner, place));
  if (record === undefined) return [];
  const { schemaId, op, head, key, body } = record;
  const use = plans.known(schemaId) ?? (await plans.load(schemaId, place));
  if (use === 'none' || use.kind === 'parked' || use.kind === 'part') return [];
  if (use.kind === 'gone') {
    use.expectPast(place);
    return [];
  }
  const events = transformed({ plan: use, op, key, value: body, bodyAt: 0, offset, joined: { schemaId, head } });
  const { values } = decision ?? {};
  if (decision?.action !== 'edit' || values === undefined) return events;
  return events.map((event) => editedRow(event, values, plans.replan));
}
