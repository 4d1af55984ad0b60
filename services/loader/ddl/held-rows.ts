import { emptyHead, readHead } from '../../../shared/codec/record-head.ts';
import type { Reason } from '../../../shared/model/status.ts';
import { type Checkpoint, checkpointOf } from '../checkpoint.ts';
import type { RowsRefused } from '../target-errors.ts';
import type { DdlSettler } from './ddl-settler.ts';
import type { StoredRecord } from './parking.ts';

/** Words of a ledger row that stands for refused rows, not for a statement. */
export const ROWS = 'ROWS';

/**
 * Holds the table whose rows the target refuses, as a statement is held: from the refused transaction on its rows are parked, everything else flows.
 * `queue`: what was being drained when parked rows were refused. Resolves false when the ledger has another entry for this transaction.
 */
export async function holdRows(
  settler: DdlSettler,
  { table, sql, message, remedy }: RowsRefused,
  checkpoint: Checkpoint,
  queue?: string,
): Promise<boolean> {
  const place = { epoch: checkpoint.identity?.epoch ?? 0, transaction: checkpoint.transaction };
  const known = await settler.guarded(() => settler.ledger.read(place.epoch, place.transaction));
  if (known !== undefined && known.words !== ROWS) return false;
  const session = { sqlMode: 0, timeZone: '' };
  const row = await settler.guarded(() =>
    settler.ledger.arrive({ ...place, schema: '', sql, session, checkpoint }, ROWS),
  );
  const isNamed = row.tables.some((name) => name.schema === table.schema && name.table === table.table);
  const tables = isNamed ? row.tables : [...row.tables, table];
  const reason: Reason = { code: 'TARGET_REFUSED', message, remedy: heldRemedy(remedy) };
  await settler.note(row, { tables, words: ROWS }, false);
  await settler.hold({ ...row, tables, queue: row.id }, reason, row.decision);
  if (queue !== undefined && queue !== row.id) await settler.mergeQueues(queue, row.id);
  settler.held.hold(tables, row.id);
  return true;
}

/** Where the stream is behind a parked record. */
export function parkedPlace({ value, offset }: StoredRecord): Checkpoint {
  const head = emptyHead();
  readHead(value, { bytes: value, at: 0 }, head);
  return checkpointOf(value, head, offset);
}

function heldRemedy(remedy: string): string {
  return `${remedy.split(';')[0]}, then lutra ddl apply to try the rows again; skip leaves out the rows of this transaction, edit executes a statement of yours instead of them`;
}
