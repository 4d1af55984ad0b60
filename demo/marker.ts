import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { DemoError } from './demo-error.ts';
import { connect, type Server } from './servers.ts';

/** A schema at the source and the schema its rows arrive in. */
export type Route = {
  readonly name: string;
  readonly from: { readonly server: Server; readonly schema: string };
  readonly to: { readonly server: Server; readonly schema: string };
};

/** A table of its own beside the mapped ones: a row in it travels behind everything that was committed before. */
export const MARKER_TABLE = 'lutra_marker';

/** The statement that makes the marker table of a schema. */
export function markerTable(schema: string): string {
  return `CREATE TABLE ${schema}.${MARKER_TABLE} (id BIGINT NOT NULL PRIMARY KEY)`;
}

let last = 0;

/** Rising, and different from those of earlier processes. */
export function nextMarker(): number {
  last = Math.max(last + 1, Date.now() * 1_000);
  return last;
}

export async function sendMarker(connection: Connection, { from }: Route): Promise<number> {
  const id = nextMarker();
  await connection.query(`INSERT INTO ${from.schema}.${MARKER_TABLE} VALUES (?)`, [id]);
  return id;
}

/** The newest marker that has arrived, 0 before the first. */
export async function newestMarker(connection: Connection, { to }: Route): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(MAX(id), 0) AS id FROM ${to.schema}.${MARKER_TABLE}`,
  );
  return Number(rows[0]?.id ?? 0);
}

const POLL_MS = 10;
const RETRY_MS = 200;

/**
 * Writes a marker at the source and waits until it is at the target: then everything committed before it is there too, when the source's
 * topic has one partition. Servers may be away meanwhile. Resolves to the ms it took. Throws after `limitMs`, and when the signal aborts.
 */
export async function settle(route: Route, limitMs: number, signal?: AbortSignal): Promise<number> {
  const start = performance.now();
  const untilLimit = { deadline: start + limitMs, limitMs, signal, route };
  const id = await persist(untilLimit, route.from.server, (connection) => sendMarker(connection, route));
  await persist(untilLimit, route.to.server, async (connection) => {
    while ((await newestMarker(connection, route)) < id) {
      refuseLate(untilLimit);
      await delay(POLL_MS);
    }
  });
  return performance.now() - start;
}

type Limit = {
  readonly deadline: number;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  readonly route: Route;
};

/** Tries on new connections until the work is done; only the limit ends it. */
async function persist<T>(limit: Limit, server: Server, work: (connection: Connection) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const connection = await connect(server);
      try {
        return await work(connection);
      } finally {
        connection.destroy();
      }
    } catch (error) {
      if (error instanceof DemoError) throw error;
      refuseLate(limit, error);
      await delay(RETRY_MS);
    }
  }
}

function refuseLate({ deadline, limitMs, signal, route }: Limit, cause?: unknown): void {
  signal?.throwIfAborted();
  if (performance.now() < deadline) return;
  const ways = `${route.from.schema} at port ${route.from.server.port} to ${route.to.schema} at port ${route.to.server.port}`;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  throw new DemoError(
    `the target has not caught up within ${Math.round(limitMs / 1000)} s from ${ways}${why}; "lutra status" says what it waits for`,
  );
}
