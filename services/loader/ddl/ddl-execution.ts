import { once } from 'node:events';
import { placeOf } from '../../../shared/mysql/check-problem.ts';
import { formatSql, type MysqlAddress, openConnection } from '../../../shared/mysql/connection.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import { statementError } from '../target-errors.ts';
import type { Session } from './ddl-ledger.ts';
import { sqlModeText } from './sql-mode.ts';

/** A statement waits this long for the transactions of others on its tables. */
const LOCK_WAIT_S = 30;
const TOLD_AFTER_MS = 1_000;

export type Execution = {
  readonly address: MysqlAddress;
  readonly session: Session;
  readonly signal: AbortSignal;
  /** Told every second while the statement runs, with its age in ms. */
  readonly onRunning: (ms: number) => void;
};

/**
 * Executes one DDL statement on a connection of its own with the session settings of the source. When the signal ends the wait, the server
 * may still be at work: the next look at the structure tells. Errors: TARGET_… as `statementError` names them.
 */
export async function executeDdl(sql: string, { address, session, signal, onRunning }: Execution): Promise<void> {
  const place = placeOf(address);
  const connection = await openConnection(address, 'TARGET');
  connection.on('error', () => {});
  const started = Date.now();
  const done = new AbortController();
  const timer = setInterval(() => onRunning(Date.now() - started), TOLD_AFTER_MS);
  try {
    await connection.query(settings(session));
    const answer = connection.query(sql);
    answer.catch(() => {});
    await Promise.race([answer, ended(signal, done.signal, place)]);
  } catch (error) {
    throw statementError(error, place);
  } finally {
    clearInterval(timer);
    done.abort();
    connection.destroy();
  }
}

/** Whether a failure is the statement's own: it would fail again, and a person has to look. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof ReplicationError)) return false;
  return ['TARGET_REFUSED', 'TARGET_CHECK_FAILED', 'TARGET_ACCESS_DENIED'].includes(error.code);
}

function settings({ sqlMode, timeZone }: Session): string {
  const zone = timeZone === '' || timeZone === 'SYSTEM' ? '+00:00' : timeZone;
  return formatSql(
    'SET SESSION sql_mode = ?, time_zone = ?, foreign_key_checks = 0, lock_wait_timeout = ?, innodb_lock_wait_timeout = ?',
    [sqlModeText(sqlMode), zone, LOCK_WAIT_S, LOCK_WAIT_S],
  );
}

async function ended(stop: AbortSignal, done: AbortSignal, place: string): Promise<void> {
  await once(AbortSignal.any([stop, done]), 'abort');
  if (done.aborted) return;
  throw new ReplicationError(
    'TARGET_TRANSIENT',
    `the loader stops while ${place} executes a statement`,
    'nothing to do: whoever goes on looks at the structure first',
  );
}
