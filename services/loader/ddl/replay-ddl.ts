import type { Logger } from '../../../shared/runtime/log.ts';
import { quoteName, readTargetTable } from '../target-table.ts';
import type { Choice } from './ddl-choice.ts';
import { executeDdl } from './ddl-execution.ts';
import type { LedgerRow } from './ddl-ledger.ts';
import type { PerformParts } from './ddl-perform.ts';

/**
 * A statement that is met again because an operator moved the offset back. The structure is left as it is, later statements of the same replay made it so;
 * but what removed rows removes them again, because the replay has just brought them back: TRUNCATE as it is, DROP TABLE as TRUNCATE of the table
 * that was made anew under its name. With several partitions rows of the others may be behind it already, so nothing is done and the log says so.
 */
export async function replayDdl(
  row: LedgerRow,
  choice: Choice,
  parts: PerformParts,
  { partitions, log }: { readonly partitions: number; readonly log: Logger },
): Promise<void> {
  if (row.state !== 'applied' || choice.kind !== 'apply') return;
  if (choice.statement !== 'truncate-table' && choice.statement !== 'drop-table') return;
  if (partitions > 1) {
    log.warn(
      { statement: row.id },
      `${row.words} is not repeated in a replay over several partitions; compare its tables`,
    );
    return;
  }
  for (const table of row.tables) {
    if ((await readTargetTable(parts.connection, table)) === undefined) continue;
    const sql = `TRUNCATE TABLE ${quoteName(table.schema)}.${quoteName(table.table)} /* lutra ${row.id} */`;
    const onRunning = (ms: number): void => parts.onRunning(row, ms);
    await executeDdl(sql, { address: parts.address, session: row.session, signal: parts.signal, onRunning });
  }
}
