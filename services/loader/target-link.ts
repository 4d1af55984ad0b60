import type { Connection, ResultSetHeader } from '../../shared/mysql/connection.ts';
import type { PagePool } from '../../shared/rows/byte-sink.ts';
import type { TablePlan } from '../../shared/rows/table-plan.ts';
import type { Drift } from './drift.ts';
import type { SlowPaths } from './slow-paths.ts';
import { statementError } from './target-errors.ts';

/** What those who write through a session's connection share. */
export type TargetLink = {
  readonly connection: Connection;
  /** `database otter at host:port` */
  readonly place: string;
  readonly pool: PagePool;
  readonly slow: SlowPaths;
  readonly drift: Drift;
  /** Whether this place in the stream was applied before: the operator has moved the offset back. */
  readonly isRepeat: (offset: string) => boolean;
};

/** Runs one statement. Errors: TARGET_… naming the plan's table. */
export async function execute(
  { connection, place }: TargetLink,
  sql: string,
  plan?: TablePlan,
): Promise<ResultSetHeader> {
  try {
    const [result] = await connection.query<ResultSetHeader>(sql);
    return result;
  } catch (error) {
    throw statementError(error, place, plan);
  }
}
