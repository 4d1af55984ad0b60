import type { RowDecision } from '../../../shared/model/quarantine-entry.ts';
import { type ErrorCode, ReplicationError } from '../../../shared/runtime/errors.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { PlanCache } from '../plan-cache.ts';
import { type RowEvent, transformed } from '../row-event.ts';
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

/**
 * Carries out what was decided about rows in quarantine and applies what has nothing ahead of it any more, in source order. Every row and the note of it are
 * one target transaction, so a crash repeats nothing. Resolves to all rows, the settled ones too. Errors: TARGET_… that are not about a row.
 */
export async function drain(rows: readonly QuarantinedRow[], parts: DrainParts): Promise<QuarantinedRow[]> {
  const all = [...rows];
  for (let isAgain = true; isAgain && !parts.signal.aborted; ) {
    const { settled, depends } = await drainOnce(all, parts);
    isAgain = settled > 0 && depends > 0;
  }
  return all;
}

async function drainOnce(all: QuarantinedRow[], parts: DrainParts): Promise<{ settled: number; depends: number }> {
  const ahead = new LockSet();
  let settled = 0;
  let depends = 0;
  for (const [index, row] of all.entries()) {
    if (isSettled(row)) continue;
    const decision = newDecision(row, parts);
    const isFree = !ahead.blocks({ ...row.locks, brings: [] }, row.place);
    const isTried = row.state === 'waiting' || decision !== undefined || row.reason?.code === ROW_DEPENDS;
    let now = row;
    if (isFree && isTried && !parts.signal.aborted) {
      now = { ...row, ...(await settle(row, decision, parts)) };
      all[index] = now;
    }
    if (isSettled(now)) settled += 1;
    else ahead.add({ ...now.locks, brings: [] }, now.place);
    if (now.reason?.code === ROW_DEPENDS) depends += 1;
  }
  return { settled, depends };
}

function isSettled({ state }: QuarantinedRow): boolean {
  return state === 'applied' || state === 'skipped';
}

function newDecision({ place, decision }: QuarantinedRow, { decisionOf }: DrainParts): RowDecision | undefined {
  const found = decisionOf(placeId(place));
  return found !== undefined && found.at > (decision?.at ?? 0) ? found : undefined;
}

async function settle(row: QuarantinedRow, decision: RowDecision | undefined, parts: DrainParts): Promise<RowChange> {
  const { session, owner, log } = parts;
  const told = decision === undefined ? {} : { decision };
  if (decision !== undefined) {
    const { action, by } = decision;
    log.info(
      { row: placeId(row.place), table: `${row.table.schema}.${row.table.table}`, action, by },
      'a row in quarantine was decided',
    );
  }
  if (decision?.action === 'skip') return note(row, { state: 'skipped', ...told }, parts);
  let current: RowEvent | undefined;
  try {
    const events = await eventsOf(row, decision ?? row.decision, parts);
    if (events.length === 0) {
      log.info({ row: placeId(row.place) }, 'a row in quarantine is left out: nothing takes its table any more');
      return note(row, { state: 'skipped', ...told }, parts);
    }
    const change: RowChange = { state: 'applied', ...told };
    await session.release(async () => {
      for (const event of events) {
        current = event;
        await session.rows.apply(event);
      }
      await session.rows.finish();
      await session.guarded((connection) => connection.query(changeRow(owner, row.place, change)));
    });
    parts.onApplied(events);
    return change;
  } catch (error) {
    if (!isRefused(error) && !isOfRow(error)) throw error;
    if (session.hasOpenTransaction) await session.undo();
    const sql = current === undefined ? row.sql : statementOf(error, current, session.link);
    return note(row, { state: 'refused', reason: reasonOf(error), sql, ...told }, parts);
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

async function note(row: QuarantinedRow, change: RowChange, { session, owner }: DrainParts): Promise<RowChange> {
  await session.guarded((connection) => connection.query(changeRow(owner, row.place, change)));
  return change;
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
