import { query, run, type Server } from '../demo/servers.ts';
import { DATABASE_USERS } from '../stack/processes/database-users.ts';
import type { Backlog } from './backlog.ts';
import { type Contender, type Progress, TargetLook } from './contender.ts';
import { SCHEMA } from './order-table.ts';
import type { TestBed } from './test-bed.ts';

/** MySQL's own replica: a server that reads the source's log and applies it with so many workers. */
export class MysqlReplica implements Contender {
  readonly name: string;
  readonly target: Server;
  private readonly source: Server;
  private readonly workers: number;
  private look: TargetLook | undefined;
  private gtids = '';

  constructor(bed: TestBed, workers: number) {
    this.name = `MySQL replica, ${workers === 1 ? '1 worker' : `${workers} workers`}`;
    this.target = bed.server('replica');
    this.source = bed.server('source');
    this.workers = workers;
  }

  /** The server forgets what it has applied before: it would skip the same GTIDs. */
  async prepare(backlog: Backlog): Promise<void> {
    const { file, position } = backlog.start;
    const [, reader] = DATABASE_USERS;
    await run(this.target, [
      'STOP REPLICA',
      'RESET REPLICA ALL',
      `TRUNCATE ${SCHEMA}.${backlog.table}`,
      'RESET BINARY LOGS AND GTIDS',
      `SET GLOBAL replica_parallel_workers = ${this.workers}`,
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${this.source.host}', SOURCE_PORT = ${this.source.port},
       SOURCE_USER = '${reader?.user}', SOURCE_PASSWORD = '${reader?.password}', GET_SOURCE_PUBLIC_KEY = 1,
       SOURCE_LOG_FILE = '${file}', SOURCE_LOG_POS = ${position}`,
    ]);
    this.gtids = backlog.gtids;
    this.look = await TargetLook.open(this.target, backlog.table);
  }

  begin(): Promise<void> {
    return run(this.target, ['START REPLICA']);
  }

  async progress(): Promise<Progress> {
    const found = await this.look?.newest(`GTID_SUBSET('${this.gtids}', @@GLOBAL.gtid_executed)`);
    return { rows: found?.id ?? 0, isDone: found?.more === 1 };
  }

  async trouble(): Promise<string> {
    const [status] = await query(this.target, 'SHOW REPLICA STATUS');
    return `${status?.Last_IO_Error ?? ''} ${status?.Last_SQL_Error ?? ''}`.trim() || 'it reports no error';
  }

  async end(): Promise<void> {
    this.look?.close();
    await run(this.target, ['STOP REPLICA', 'RESET REPLICA ALL']);
  }
}

/** Workers of a replica whose operator has changed nothing. */
export async function defaultWorkers(replica: Server): Promise<number> {
  const [row] = await query(replica, 'SELECT @@GLOBAL.replica_parallel_workers AS workers');
  return Number(row?.workers);
}
