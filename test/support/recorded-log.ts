import mysql from 'mysql2/promise';
import { readBinlog } from '../../services/selector/binlog-source.ts';
import { readCharsets } from '../../services/selector/charsets.ts';
import { readHeader } from '../../services/selector/event-header.ts';
import { Event, HEADER } from '../../services/selector/event-types.ts';
import type { Charsets } from '../../services/selector/table-map.ts';
import { testStack } from './stack.ts';

export type RecordedLog = {
  /** Events without their checksums, transactions only: what stands before the first GTID is left out. */
  readonly events: Buffer[];
  readonly charsets: Charsets;
};

const CHECKSUM = 4;
const MARKER = 'recorded_log_ends_here';

/** What a server writes into a new log file while `write` runs, as it sends it to a replica. */
export async function recordLog(server: string, write: (db: mysql.Connection) => Promise<void>): Promise<RecordedLog> {
  const stack = await testStack();
  const [host = '', port = ''] = stack.address(server).split(':');
  const login = { host, port: Number(port), user: 'root', password: 'root' };
  const db = await mysql.createConnection({ ...login, charset: 'utf8mb4' });
  try {
    await db.query('FLUSH BINARY LOGS');
    const [files] = await db.query('SHOW BINARY LOGS');
    const file = String((files as { Log_name: string }[]).at(-1)?.Log_name);
    await write(db);
    await db.query(`CREATE DATABASE ${MARKER}`);
    await db.query(`DROP DATABASE ${MARKER}`);
    const events: Buffer[] = [];
    const done = new AbortController();
    const sink = {
      expectChecksum: () => {},
      take: (bytes: Buffer, at: number, end: number) => {
        const { type, next } = readHeader(bytes, at, 0);
        if (next === 0 || type === Event.FORMAT_DESCRIPTION || type === Event.ROTATE) return undefined;
        if (bytes.subarray(at + HEADER, end).includes(MARKER)) done.abort();
        else if (!done.signal.aborted) events.push(Buffer.from(bytes.subarray(at, end - CHECKSUM)));
        return undefined;
      },
    };
    await readBinlog({ name: server, ...login }, { file }, sink, done.signal);
    const first = events.findIndex((event) => [Event.GTID, Event.MARIADB_GTID].some((type) => type === event[4]));
    return { events: events.slice(first), charsets: await readCharsets(db) };
  } finally {
    await db.end();
  }
}
