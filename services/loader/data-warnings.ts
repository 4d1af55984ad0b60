import type { RowDataPacket } from '../../shared/mysql/connection.ts';
import type { TablePlan } from '../../shared/rows/table-plan.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { TargetLink } from './target-link.ts';

/** Notes and warnings that say that a value was not stored as it was sent: out of range, cut, invalid, too long. */
const CHANGED = new Set([
  1246, 1260, 1264, 1265, 1292, 1364, 1365, 1366, 1406, 1411, 1441, 1525, 1690, 3140, 3156, 4078,
]);

/** Throws when a warning of the last statement says that a value was changed. Errors: TARGET_REFUSED with the server's words, which name the column. */
export async function refuseWarnings({ connection, place }: TargetLink, plan: TablePlan): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('SHOW WARNINGS');
  const found = rows.find(({ Code }) => CHANGED.has(Number(Code)));
  if (found === undefined) return;
  const { schema, table } = plan.target;
  throw new ReplicationError(
    'TARGET_REFUSED',
    `${place} would not store a row of table ${schema}.${table} as it is: ${withoutValue(String(found.Message))}`,
    `give the column the type of the source (ALTER TABLE ${schema}.${table} MODIFY …); it is tried again every few seconds`,
  );
}

/** `Incorrect date value: '…' for column 'd' at row 1` without the value. */
function withoutValue(message: string): string {
  return message.replace(/value: '.*?'(?= for )/s, 'value');
}
