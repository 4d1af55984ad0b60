import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import mysql, {
  type Connection,
  type ConnectionOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import type { Database } from '../model/channel.ts';
import { ReplicationError } from '../runtime/errors.ts';
import { readSecret } from '../runtime/secret.ts';
import { tlsTrouble } from '../runtime/tls.ts';
import { unreachable } from '../runtime/unreachable.ts';
import { type MysqlTls, mysqlTls } from './mysql-tls.ts';

export type { Connection, ResultSetHeader, RowDataPacket };

/** Statements with values escaped by the driver. */
export const formatSql = mysql.format;
export const rawSql = mysql.raw;

/** One server of a database: the first host of its list unless told otherwise. */
export type MysqlAddress = {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Left out: not encrypted. */
  readonly ssl?: MysqlTls;
};

export type Side = 'SOURCE' | 'TARGET';

/** Resolves host, password and certificates of a database document. Errors: SECRET_MISSING, SECRET_UNREADABLE. */
export function mysqlAddress(name: string, database: Database, hostIndex = 0): MysqlAddress {
  const text = database.hosts[hostIndex] ?? database.hosts[0] ?? '';
  const colon = text.lastIndexOf(':');
  return {
    name,
    host: text.slice(0, colon),
    port: Number(text.slice(colon + 1)),
    user: database.user,
    password: readSecret(database.password, `database ${name}`),
    ...mysqlTls(name, database.tls),
  };
}

/**
 * Opens a connection with time zone UTC, utf8mb4, and values as exact text (dates, big numbers).
 * `LOAD DATA LOCAL` is answered only through `infile`, never from this machine's files.
 * Errors: SOURCE_… / TARGET_UNREACHABLE, …_ACCESS_DENIED.
 */
export async function openConnection(
  address: MysqlAddress,
  side: Side,
  extra: ConnectionOptions = {},
): Promise<Connection> {
  try {
    return await mysql.createConnection({
      host: address.host,
      port: address.port,
      user: address.user,
      password: address.password,
      ...(address.ssl === undefined ? {} : { ssl: address.ssl }),
      charset: 'utf8mb4',
      timezone: 'Z',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      connectTimeout: 5_000,
      enableKeepAlive: true,
      infileStreamFactory: () => Readable.from([]),
      ...extra,
    });
  } catch (error) {
    throw mysqlError(error, side, address);
  }
}

/** Bytes that went over the connection in both directions: while a server works at one statement, or is gone, they stand still. */
export function exchangedBytes(connection: Connection): number {
  const { bytesRead, bytesWritten } = socketOf(connection);
  return bytesRead + bytesWritten;
}

/** Ends a connection whose server does not answer: what waits for an answer is rejected at once. */
export function severConnection(connection: Connection): void {
  socketOf(connection).destroy(Object.assign(new Error('the connection does not answer'), { code: 'ECONNRESET' }));
}

function socketOf(connection: Connection): Socket {
  return (connection as unknown as { connection: { stream: Socket } }).connection.stream;
}

const ACCESS = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_NOT_SUPPORTED_AUTH_MODE',
]);

/** True for an error that ended a connection while it was in use. */
export function isLoss(error: unknown): error is Error {
  return error instanceof Error && 'fatal' in error && error.fatal === true;
}

/** What ended a connection while it was in use, as SOURCE_UNREACHABLE or TARGET_UNREACHABLE; any other error as it is. `place`: `database order at db1:3306`. */
export function namedLoss(error: unknown, side: Side, place: string): unknown {
  if (!isLoss(error)) return error;
  return new ReplicationError(
    `${side}_UNREACHABLE`,
    `${place} does not answer any more: ${error.message}`,
    'start the server or mend the address; this process tries again by itself',
    error,
  );
}

/** A driver's connection error as a named one; statement errors are classified where the statement is known. */
export function mysqlError(error: unknown, side: Side, address: MysqlAddress): ReplicationError {
  if (error instanceof ReplicationError) return error;
  const place = `database ${address.name} at ${address.host}:${address.port}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : String(error);
  if (ACCESS.has(code)) {
    return new ReplicationError(
      `${side}_ACCESS_DENIED`,
      `${place} refuses the user ${address.user}: ${text}`,
      `check the user and its password (the environment or file that the document names), then the grants: SHOW GRANTS FOR '${address.user}'@…`,
      error,
    );
  }
  return unreachable(`${side}_UNREACHABLE`, {
    place,
    text: text || code,
    trouble: tlsTrouble(error, `tls of the database ${address.name}`),
    otherwise: 'start the server or mend the address; this process tries again by itself',
    cause: error,
  });
}
