import { query, run, type Server } from '../demo/servers.ts';
import { count } from '../services/admin-api/cli/screen.ts';
import { checksum, fillStatements, SCHEMA, type TableName } from './order-table.ts';
import type { Talk } from './talk.ts';

export type BacklogPlan = {
  readonly title: string;
  readonly table: Exclude<TableName, 'order_live'>;
  readonly rows: number;
  readonly perTransaction: number;
};

/** Rows that lie in the source's log and wait for whoever replicates them. */
export type Backlog = BacklogPlan & {
  /** Where it begins: near the start of a log file of its own, so that nobody reads over anything else first. */
  readonly start: { readonly file: string; readonly position: number };
  /** GTIDs of its transactions. */
  readonly gtids: string;
  readonly checksum: string;
};

/** Writes a backlog at the source, into the emptied table. */
export async function makeBacklog(source: Server, plan: BacklogPlan, talk: Talk): Promise<Backlog> {
  await run(source, ['SET sql_log_bin = 0', `TRUNCATE ${SCHEMA}.${plan.table}`]);
  const before = await newLogFile(source);
  const title = `${plan.title}: ${count(plan.rows)} rows into the source`;
  await talk.during(title, () => rowsOf(source, plan.table), run(source, fillStatements(plan.table, plan.rows)));
  const [row] = await query(source, 'SELECT GTID_SUBTRACT(@@GLOBAL.gtid_executed, ?) AS gtids', [before.gtids]);
  return {
    ...plan,
    start: { file: before.file, position: before.position },
    gtids: String(row?.gtids).replaceAll('\n', ''),
    checksum: await checksum(source, plan.table),
  };
}

/** Begins a new log file; resolves to its start and to the GTIDs before it. */
export async function newLogFile(source: Server): Promise<{ file: string; position: number; gtids: string }> {
  await run(source, ['FLUSH BINARY LOGS']);
  const [row] = await query(source, 'SHOW BINARY LOG STATUS');
  return { file: String(row?.File), position: Number(row?.Position), gtids: String(row?.Executed_Gtid_Set) };
}

/** How many rows the table holds, by its keys, which are 1, 2, 3 …; what is not committed counts. */
async function rowsOf(server: Server, table: TableName): Promise<number> {
  const [row] = await query(server, `SELECT MAX(order_id) AS rows_there FROM ${SCHEMA}.${table}`);
  return Number(row?.rows_there ?? 0);
}
