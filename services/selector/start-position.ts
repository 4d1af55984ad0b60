import type { Start } from '../../shared/model/channel.ts';
import type { LogPosition } from '../../shared/model/position.ts';
import type { Connection } from '../../shared/mysql/connection.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

type Row = Record<string, string | null>;

export async function isMariadb(connection: Connection): Promise<boolean> {
  return /mariadb/i.test((await rows(connection, 'SELECT VERSION() AS v'))[0]?.v ?? '');
}

/**
 * The one start of all pipelines of a source: `beginning` reaches furthest back, an explicit position comes next, `end` last.
 * Errors: START_POSITIONS_DIFFER when two pipelines name different explicit positions.
 */
export function earliestStart(source: string, starts: readonly Start[]): Start {
  if (starts.includes('beginning')) return 'beginning';
  const explicit = starts.filter((start) => typeof start === 'object');
  const different = new Set(explicit.map((start) => JSON.stringify(start)));
  if (different.size > 1) {
    throw new ReplicationError(
      'START_POSITIONS_DIFFER',
      `the pipelines of source ${source} begin at different places: ${[...different].join(' and ')}`,
      'give them the same start, or let the earlier one begin first and apply the other afterwards',
    );
  }
  return explicit[0] ?? 'end';
}

/** Turns a start into a position of this server. Errors: SOURCE_LOG_PURGED when the file is gone, SOURCE_UNREACHABLE. */
export async function firstStart(connection: Connection, source: string, start: Start): Promise<LogPosition> {
  const mariadb = await isMariadb(connection);
  if (start === 'end') return currentEnd(connection, mariadb);
  if (start === 'beginning') {
    const purged = mariadb ? '' : ((await rows(connection, 'SELECT @@GLOBAL.gtid_purged AS s'))[0]?.s ?? '');
    return { gtidSet: clean(purged), file: '', position: 0 };
  }
  if ('gtid' in start) return { gtidSet: clean(start.gtid), file: '', position: 0 };
  const files = (await rows(connection, 'SHOW BINARY LOGS')).map((row) => row.Log_name ?? '');
  if (!files.includes(start.file)) {
    throw new ReplicationError(
      'SOURCE_LOG_PURGED',
      `source ${source} is to start at ${start.file}:${start.position}, but the server has only ${files[0]} to ${files.at(-1)}`,
      'choose a file that SHOW BINARY LOGS lists, or copy the tables and start at the end',
    );
  }
  return { gtidSet: '', file: start.file, position: start.position };
}

async function currentEnd(connection: Connection, mariadb: boolean): Promise<LogPosition> {
  const status = (await rows(connection, mariadb ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS'))[0];
  const file = status?.File ?? '';
  const position = Number(status?.Position ?? 4);
  if (!mariadb) return { gtidSet: clean(status?.Executed_Gtid_Set ?? ''), file, position };
  const gtid = (await rows(connection, 'SELECT BINLOG_GTID_POS(?, ?) AS s', [file, position]))[0]?.s ?? '';
  return { gtidSet: clean(gtid), file, position };
}

async function rows(connection: Connection, sql: string, values: (string | number)[] = []): Promise<Row[]> {
  const [result] = await connection.query(sql, values);
  return (result as Row[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k, v === null ? null : String(v)])),
  );
}

const clean = (text: string): string => text.replace(/\s/g, '');
