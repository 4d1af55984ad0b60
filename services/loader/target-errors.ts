import type { TablePlan } from '../../shared/rows/table-plan.ts';
import { type ErrorCode, ReplicationError } from '../../shared/runtime/errors.ts';

/**
 * What becomes of a row when the target answers with an error. retry: nothing is wrong with the row, the batch is applied again with backoff. dependency: it
 * waits for another row, to the end of its source transaction and then in quarantine. quarantine: no repeat cures it. stop: no row of the table would pass.
 */
export type RowTreatment = 'retry' | 'dependency' | 'quarantine' | 'stop';

/** MySQL's and MariaDB's error numbers: the one table of what they mean. Not listed: the server refuses the data (quarantine, TARGET_REFUSED). */
const ERRORS: readonly (readonly [RowTreatment, ErrorCode, readonly number[]])[] = [
  ['retry', 'TARGET_TRANSIENT', [1205, 1213, 1020, 1180, 3101, 3572, 1637, 1040, 1203, 1317, 1969, 3024]],
  [
    'retry',
    'TARGET_UNREACHABLE',
    [1053, 1077, 1079, 1152, 1154, 1155, 1156, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 4031],
  ],
  ['retry', 'TARGET_FULL', [1021, 1037, 1038, 1041, 1114, 1197, 1206, 3019, 3675]],
  ['dependency', 'TARGET_REFUSED', [1216, 1452, 1217, 1451]],
  ['stop', 'TARGET_ACCESS_DENIED', [1036, 1044, 1045, 1142, 1143, 1227, 1370, 1290, 1836, 1820, 1862, 1698]],
  ['stop', 'TARGET_CHECK_FAILED', [1049, 1054, 1136, 1146, 1109, 1051, 1932]],
  ['stop', 'TARGET_REFUSED', [1030, 1034, 1035, 1194, 1195, 1785, 1813, 1814]],
];
const MEANINGS = new Map(
  ERRORS.flatMap(([treatment, code, errnos]) => errnos.map((errno) => [errno, { treatment, code }] as const)),
);

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  TARGET_TRANSIENT: 'nothing to do: the batch is applied again',
  TARGET_UNREACHABLE: 'nothing to do when the server comes back; else mend the address in the channel document',
  TARGET_FULL: 'free disk space or raise the limit at the target; it goes on by itself',
  TARGET_ACCESS_DENIED:
    'grant the missing right to the user of the target database (SELECT, INSERT, UPDATE, DELETE on the target tables and on lutra.*), or make the server writable',
  TARGET_CHECK_FAILED: 'create the missing table or column at the target; it goes on by itself within seconds',
  TARGET_REFUSED: 'mend the target table or the row; it is tried again every few seconds',
};

export const ER_DUP_ENTRY = 1062;
/** A foreign key: the row's parent is not there; the row has children. */
export const ER_NO_PARENT: ReadonlySet<number> = new Set([1216, 1452]);
export const ER_ROW_IS_REFERENCED: ReadonlySet<number> = new Set([1217, 1451]);
const DUPLICATES = new Set([ER_DUP_ENTRY, 1586, 1761, 1762]);

/** The server's number when it refused a row for what other rows hold: ER_DUP_ENTRY for every kind of duplicate, or one of a foreign key. */
export function refusalNumber(error: unknown): number | undefined {
  const number = errnoOf(error instanceof ReplicationError ? error.cause : error) ?? 0;
  if (DUPLICATES.has(number)) return ER_DUP_ENTRY;
  return ER_NO_PARENT.has(number) || ER_ROW_IS_REFERENCED.has(number) ? number : undefined;
}

export function errnoOf(error: unknown): number | undefined {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined;
}

/** Whether the server itself has answered with this error; else the connection is gone and with it the certainty of what was committed. */
function isServerAnswer(error: unknown): boolean {
  return error instanceof Error && 'sqlState' in error && (errnoOf(error) ?? 0) > 0;
}

/** What becomes of the row whose statement has failed. */
export function rowTreatmentOf(error: ReplicationError): RowTreatment {
  const meaning = MEANINGS.get(errnoOf(error.cause) ?? 0);
  if (meaning !== undefined) return meaning.treatment;
  if (error.code === 'TARGET_REFUSED') return 'quarantine';
  return error.treatment === 'retry' || error.treatment === 'wait' ? 'retry' : 'stop';
}

/** A failure of a statement as a named error. Names table and key columns, never the key's value. `place`: `database otter at host:port`. */
export function statementError(error: unknown, place: string, plan?: TablePlan): ReplicationError {
  if (error instanceof ReplicationError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = isServerAnswer(error)
    ? (MEANINGS.get(errnoOf(error) ?? 0)?.code ?? refusalCode(text))
    : 'TARGET_UNREACHABLE';
  const remedy = REMEDIES[code] ?? 'look at the error log of the target server';
  return new ReplicationError(code, `${place}${tableText(plan)}: ${text}`, remedy, error);
}

/** Some engines report a full disk only in the text: `Got error 28 …`. */
function refusalCode(text: string): ErrorCode {
  return /\b(errno|error):? 28\b|No space left|The table .* is full/i.test(text) ? 'TARGET_FULL' : 'TARGET_REFUSED';
}

function tableText(plan: TablePlan | undefined): string {
  if (plan === undefined) return '';
  const { schema, table } = plan.target;
  const key = plan.key.length === 0 ? 'no key' : `key ${plan.key.join(', ')}`;
  return ` refuses rows of table ${schema}.${table} (${key})`;
}
