import { ReplicationError } from '../../../shared/runtime/errors.ts';
import { errnoOf } from '../target-errors.ts';

/** What to do about a refused row, by the server's error number. */
const ADVICE = new Map<number, string>([
  ...advice('widen the column at the target', [1406, 1264, 1265, 1690, 3140, 3156]),
  ...advice('give the column of the target the type of the source', [1366, 1292, 1411, 1525, 4025]),
  ...advice('let the column of the target be NULL, or give it a default', [1048, 1364]),
  ...advice('remove or mend the check of the target table', [3819, 4025]),
  ...advice('compare the two tables and mend or delete the row of the target that has the value', [1062, 1586]),
  ...advice('bring the row that it refers to; it is tried again when that row comes', [1216, 1452]),
  ...advice('remove the rows of the target that refer to it', [1217, 1451]),
  ...advice('mend the trigger of the target table', [1644]),
]);

function advice(text: string, errnos: readonly number[]): [number, string][] {
  return errnos.map((errno) => [errno, text]);
}

/** What an operator may do, one sentence. */
export function adviceFor(error: ReplicationError): string {
  const cause = error.cause instanceof ReplicationError ? error.cause.cause : error.cause;
  const own = ADVICE.get(errnoOf(cause) ?? 0) ?? error.remedy.split(';')[0] ?? error.remedy;
  return `${own}, then lutra quarantine retry; or mend the row at the source, then take; edit applies it with other values, skip leaves it out`;
}
