import { quoteName, readTargetTable } from '../../../shared/mysql/target-table.ts';
import type { Logger } from '../../../shared/runtime/log.ts';
import type { Choice } from './ddl-choice.ts';
import { isRefusal } from './ddl-execution.ts';
import type { LedgerRow } from './ddl-ledger.ts';
import { execute, type PerformParts } from './ddl-perform.ts';

/**
 * A statement that is met again because an operator moved the offset back. The structure is left as it is, later statements of the same replay made it so;
 * but what removed rows removes them again, because the replay has just brought them back: TRUNCATE as it is, DROP TABLE as TRUNCATE of the table
 * that was made anew under its name. With several partitions rows of the others may be behind it already, and the rows of a partition that is gone cannot be
 * told from others: then nothing is done and the log says so.
 */
export async function replayDdl(
  row: LedgerRow,
  choice: Choice,
  parts: PerformParts,
  { partitions, log }: { readonly partitions: number; readonly log: Logger },
): Promise<void> {
  if (row.state !== 'applied' || choice.kind !== 'apply' || choice.removal === undefined) return;
  if (partitions > 1 || choice.removal === 'lost-partition') {
    log.warn(
      { statement: row.id, tables: row.tables },
      `${row.words} is not repeated in this replay; compare its tables`,
    );
    return;
  }
  if (choice.removal === 'emptied-partition') {
    await execute(row, choice.targetSql, parts).catch((error: unknown) => {
      // NOTE a later statement may have taken the partition away.
      if (!isRefusal(error)) throw error;
      log.warn(
        { err: error, statement: row.id, tables: row.tables },
        `${row.words} could not be repeated in this replay`,
      );
    });
    return;
  }
  for (const table of row.tables) {
    if ((await readTargetTable(parts.connection, table)) === undefined) continue;
    await execute(row, `TRUNCATE TABLE ${quoteName(table.schema)}.${quoteName(table.table)}`, parts);
  }
}
