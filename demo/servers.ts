import type { Connection as CoreConnection } from 'mysql2';
import { createConnection as createCoreConnection } from 'mysql2';
import mysql, { type Connection, type ConnectionOptions, type RowDataPacket } from 'mysql2/promise';

/** The login of a database server that owns the tables of a demo or a test. */
export type Server = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
};

/** The two sources and the target of the tutorial. */
export type DemoServers = { readonly order: Server; readonly user: Server; readonly otter: Server };

/** What a stack tells about its processes; `StackHandle` is one. */
export type Addresses = { address(name: string): string };

const ROOT = { user: 'root', password: 'root' };

/** A server by its `host:port`; root is the owner of every database of the local stack. */
export function serverAt(address: string, login: Pick<Server, 'user' | 'password'> = ROOT): Server {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)), ...login };
}

export function demoServers(stack: Addresses): DemoServers {
  return {
    order: serverAt(stack.address('order')),
    user: serverAt(stack.address('user')),
    otter: serverAt(stack.address('otter')),
  };
}

const SESSION: ConnectionOptions = {
  charset: 'utf8mb4',
  timezone: 'Z',
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  connectTimeout: 5_000,
};

/** A connection in UTC and utf8mb4 whose values are text. Closed by the caller. */
export async function connect(server: Server, extra: ConnectionOptions = {}): Promise<Connection> {
  const connection = await mysql.createConnection({ ...server, ...SESSION, ...extra });
  connection.on('error', () => {}); // a server that dies rejects the statement in flight as well
  await connection.query("SET time_zone = '+00:00'");
  return connection;
}

/** The same on the driver's own interface, which can stream a result. */
export function connectCore(server: Server): CoreConnection {
  const connection = createCoreConnection({ ...server, ...SESSION });
  connection.on('error', () => {});
  connection.query("SET time_zone = '+00:00'");
  return connection;
}

/** Runs statements one after the other on a connection of their own. */
export async function run(server: Server, statements: readonly string[]): Promise<void> {
  const connection = await connect(server);
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

export type Row = Readonly<Record<string, string | number | null>>;

/** The rows of one query. */
export async function query(server: Server, sql: string, values: readonly (string | number)[] = []): Promise<Row[]> {
  const connection = await connect(server);
  try {
    const [rows] = await connection.query<(Row & RowDataPacket)[]>(sql, [...values]);
    return rows;
  } finally {
    await connection.end();
  }
}
