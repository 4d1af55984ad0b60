import { briefGtids } from '../../shared/model/gtid-set.ts';
import type { SelectorPosition } from '../../shared/model/position.ts';
import { type Connection, type MysqlAddress, openConnection } from '../../shared/mysql/connection.ts';
import { readRows } from '../../shared/mysql/query.ts';
import { readServerFacts } from '../../shared/mysql/server-facts.ts';
import { purgedMariadb, readSourceLog } from '../../shared/mysql/source-log.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { logReset } from './log-reset.ts';
import { comparePlaces } from './schema-position.ts';

/** A server's log against a GTID set that was read already. */
export type ServerLog = {
  /** Server UUID (MySQL) or `server-id-<n>` (MariaDB). */
  readonly server: string;
  /** What of the set the server has not; empty: nothing. */
  readonly missing: string;
  /** Whether some of that was first committed by this very server. */
  readonly missesItsOwn: boolean;
  /** What the set has not and the server's log no longer holds; empty: nothing. */
  readonly purged: string;
  /** Whether the log begins behind the whole set. */
  readonly beginsBehind: boolean;
  /** Where the log ends. */
  readonly end: { readonly file: string; readonly position: number };
};

/** Asks by a connection of its own. Errors: SOURCE_UNREACHABLE, SOURCE_ACCESS_DENIED, the driver's. */
export async function askServerLog(address: MysqlAddress, gtidSet: string): Promise<ServerLog> {
  const connection = await openConnection(address, 'SOURCE');
  connection.on('error', () => {});
  try {
    return await readServerLog(connection, gtidSet);
  } finally {
    await connection.end().catch(() => {});
  }
}

/** Errors: the driver's. */
export async function readServerLog(connection: Connection, gtidSet: string): Promise<ServerLog> {
  const facts = await readServerFacts(connection);
  const { log } = await readSourceLog(connection, facts, { place: '', account: '' });
  const end = { file: log.status?.File ?? '', position: Number(log.status?.Position ?? 0) };
  if (facts.flavour === 'MySQL') return { ...(await readMysql(connection, gtidSet)), end };
  const purged = await purgedMariadb(connection, log, gtidSet);
  return { ...(await readMariadb(connection, gtidSet)), purged: gtidSet === '' ? '' : purged, end };
}

async function readMysql(connection: Connection, gtidSet: string): Promise<Omit<ServerLog, 'end'>> {
  const sql = `SELECT @@server_uuid AS server, GTID_SUBTRACT(?, @@GLOBAL.gtid_executed) AS missing,
    GTID_SUBTRACT(@@GLOBAL.gtid_purged, ?) AS purged, GTID_SUBTRACT(?, @@GLOBAL.gtid_purged) AS logged`;
  const [row] = await readRows(connection, sql, [gtidSet, gtidSet, gtidSet]);
  const [server, missing, purged] = [row?.server ?? '', oneLine(row?.missing), oneLine(row?.purged)];
  return {
    server,
    missing,
    missesItsOwn: missing.split(',').some((part) => part.startsWith(`${server}:`)),
    purged: gtidSet === '' ? '' : purged,
    beginsBehind: oneLine(row?.logged) === '',
  };
}

async function readMariadb(connection: Connection, gtidSet: string): Promise<Omit<ServerLog, 'end' | 'purged'>> {
  const [row] = await readRows(connection, 'SELECT @@GLOBAL.server_id AS id, @@GLOBAL.gtid_binlog_state AS state');
  const missing = missingMariadb(gtidSet, row?.state ?? '');
  return {
    server: `server-id-${row?.id ?? ''}`,
    missing: missing.join(','),
    missesItsOwn: missing.some((gtid) => gtid.split('-')[1] === row?.id),
    beginsBehind: false,
  };
}

/**
 * The GTIDs of a position that a log never held. `state`: gtid_binlog_state, the last GTID of each server in each domain. A higher number of another
 * server proves nothing: a host that was promoted too early has gone on from an older place under the same numbers.
 */
export function missingMariadb(gtidSet: string, state: string): string[] {
  const parts = (text: string): string[] => text.split(',').filter((gtid) => gtid !== '');
  const last = new Map(parts(state).map((gtid) => [originOf(gtid), sequenceOf(gtid)]));
  return parts(gtidSet).filter((gtid) => (last.get(originOf(gtid)) ?? -1n) < sequenceOf(gtid));
}

/** `0-1` of `0-1-100`. */
function originOf(gtid: string): string {
  return gtid.slice(0, gtid.lastIndexOf('-'));
}

function sequenceOf(gtid: string): bigint {
  return BigInt(gtid.slice(gtid.lastIndexOf('-') + 1));
}

/** Why a log cannot be read on behind a saved position; undefined when it can. Errors returned: SOURCE_BEHIND, SOURCE_LOG_RESET, SOURCE_LOG_PURGED, SOURCE_CHECK_FAILED. */
export function refusal(
  found: ServerLog,
  saved: Pick<SelectorPosition, 'server' | 'log'>,
  place: string,
): ReplicationError | undefined {
  const { log } = saved;
  const isSameServer = found.server === saved.server;
  if (found.missesItsOwn) return resetOf(found, saved, place);
  const cut = endsBefore(found, saved, place);
  if (cut !== undefined) return cut;
  if (found.missing !== '') {
    return new ReplicationError(
      'SOURCE_BEHIND',
      `${place} lacks transactions that were read already: ${briefGtids(found.missing)}`,
      'it is read from as soon as it has caught up: look at its replication (SHOW REPLICA STATUS); if the server that had these transactions is lost, they stand at the targets only: copy the tables, then start the source anew',
    );
  }
  if (found.purged !== '') {
    return new ReplicationError(
      'SOURCE_LOG_PURGED',
      `${place} no longer has the log that is needed next: it has purged ${briefGtids(found.purged)}`,
      'the rows in between cannot be read any more: copy the tables again, then start from a position the server has',
    );
  }
  if (isSameServer || log.gtidSet !== '' || log.file === '') return undefined;
  return new ReplicationError(
    'SOURCE_CHECK_FAILED',
    `${place} is not the server on which ${log.file}:${log.position} was read (${saved.server}), and no GTID of that place is known`,
    'put back the server that was read from, or start the source anew',
  );
}

/** SOURCE_LOG_RESET when a log ends before what was read of it; undefined when it does not, or cannot be compared. */
export function endsBefore(
  found: ServerLog,
  read: Pick<SelectorPosition, 'server' | 'log'>,
  place: string,
): ReplicationError | undefined {
  const isComparable = found.server === read.server && read.log.file !== '' && found.end.file !== '';
  const isBeyondEnd = isComparable && comparePlaces(read.log, found.end) > 0 && !found.beginsBehind;
  return isBeyondEnd ? resetOf(found, read, place) : undefined;
}

function resetOf({ missing, end }: ServerLog, { log }: Pick<SelectorPosition, 'log'>, place: string): ReplicationError {
  const lost =
    missing === '' ? `${log.file}:${log.position} was read` : `it does not know ${briefGtids(missing)} any more`;
  return logReset(place, `it ends at ${end.file}:${end.position}, and ${lost}`);
}

function oneLine(text: string | null | undefined): string {
  return (text ?? '').replaceAll(/\s+/g, '');
}
