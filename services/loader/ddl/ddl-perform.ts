import type { Reason } from '../../../shared/model/status.ts';
import type { TableName } from '../../../shared/model/table-pattern.ts';
import type { Connection, MysqlAddress } from '../../../shared/mysql/connection.ts';
import { keyOf } from '../../../shared/mysql/table-facts.ts';
import { parseDdl } from '../../../shared/sql/parse-ddl.ts';
import { readTableShapes } from '../../../shared/sql/read-table-shapes.ts';
import { remainingDdl } from '../../../shared/sql/remaining-ddl.ts';
import { shapeFingerprint, type TableShape } from '../../../shared/sql/table-shape.ts';
import { reasonOf } from './ddl-choice.ts';
import { effectsOf } from './ddl-effects.ts';
import { executeDdl, isRefusal } from './ddl-execution.ts';
import type { DdlLedger, Effects, LedgerRow } from './ddl-ledger.ts';
import { sqlModeText } from './sql-mode.ts';

export type PerformParts = {
  readonly ledger: DdlLedger;
  /** For looks at the structure. */
  readonly connection: Connection;
  readonly address: MysqlAddress;
  readonly flavour: 'mysql' | 'mariadb';
  readonly signal: AbortSignal;
  readonly onRunning: (row: LedgerRow, ms: number) => void;
};

/** What became of a statement. */
export type Outcome =
  | { readonly state: 'applied'; readonly note: string; readonly effects: Effects }
  | { readonly state: 'held'; readonly reason: Reason };

/**
 * Brings a statement into effect at the target, once: what is in effect already is left out, and after a crash in the middle the structure tells whether it
 * was executed. The ledger says `applying` before and the caller notes the outcome after. Errors: TARGET_… that a repeat may cure.
 */
export async function performDdl(row: LedgerRow, targetSql: string, parts: PerformParts): Promise<Outcome> {
  const dialect = { flavour: parts.flavour, sqlMode: sqlModeText(row.session.sqlMode) };
  const ddl = parseDdl(targetSql, '', dialect);
  const names = ddl.tables.map(({ name }) => name);
  const before = await readTableShapes(parts.connection, names);
  const effects = effectsOf(ddl);
  const fingerprint = fingerprintOf(names, before);
  if (row.state === 'applying' && row.fingerprint !== undefined && row.fingerprint !== fingerprint) {
    return { state: 'applied', note: 'it was executed before its loader died', effects };
  }
  const remaining = remainingDdl(ddl, before);
  if (remaining.kind === 'nothing') return { state: 'applied', note: 'it was in effect already', effects };
  const doubt = remaining.conflict ?? ((await mayBeDone(row, targetSql, parts)) ? remaining.unsure : undefined);
  if (doubt !== undefined) return { state: 'held', reason: conflict(doubt) };
  await parts.ledger.change(row, { state: 'applying', targetSql, fingerprint });
  try {
    await execute(row, remaining.sql ?? targetSql, parts);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const after = remainingDdl(ddl, await readTableShapes(parts.connection, names));
    if (after.kind !== 'nothing') return { state: 'held', reason: reasonOf(error) };
  }
  const note = remaining.kind === 'part' ? 'executed; a part of it was in effect already' : 'executed';
  return { state: 'applied', note, effects };
}

/** Begun before a crash, or the same statement of another shard; not when a person has decided to apply it. */
async function mayBeDone({ state }: LedgerRow, targetSql: string, { ledger }: PerformParts): Promise<boolean> {
  if (state === 'held') return false;
  return state === 'applying' || (await ledger.hasApplied(targetSql));
}

/** Executes a text as it is, for what an operator wrote. Refusals come back as an outcome. */
export async function performText(row: LedgerRow, sql: string, parts: PerformParts): Promise<Outcome> {
  await parts.ledger.change(row, { targetSql: sql });
  try {
    await execute(row, sql, parts);
    return { state: 'applied', note: 'executed as an operator wrote it', effects: NO_EFFECTS };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: 'held', reason: reasonOf(error) };
  }
}

export const NO_EFFECTS: Effects = { droppedTables: [], droppedColumns: [] };

/** Executes a text under the session of the source. The comment stands in the target's log and tells that it came from Lutra. Errors: TARGET_…. */
export function execute(row: LedgerRow, sql: string, { address, signal, onRunning }: PerformParts): Promise<void> {
  const marked = `${sql.replace(/[\s;]+$/, '')} /* lutra ${row.id} */`;
  const told = (ms: number): void => onRunning(row, ms);
  return executeDdl(marked, { address, session: row.session, signal, onRunning: told });
}

function fingerprintOf(names: readonly TableName[], shapes: ReadonlyMap<string, TableShape | undefined>): string {
  return names
    .map((name) => shapeText(shapes.get(keyOf(name))))
    .join(' ')
    .slice(0, 128);
}

function shapeText(shape: TableShape | undefined): string {
  return shape === undefined ? '-' : shapeFingerprint(shape).slice(0, 16);
}

function conflict(why: string): Reason {
  return {
    code: 'DDL_CONFLICT',
    message: `the target has another structure than the statement expects: ${why}`,
    remedy: 'compare the two tables; mend the target and apply it again, apply an edited statement, or skip it',
  };
}
