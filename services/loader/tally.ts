import { DELETE, INSERT } from '../../shared/codec/record-head.ts';
import type { RowCounts } from '../../shared/model/status.ts';
import type { RowEvent } from '../../shared/rows/row-event.ts';

/** Row events by source table, `schema.table`. */
export type Tally = ReadonlyMap<string, RowCounts>;

/** Counts events as the source made them, before any merge. */
export function tally(events: readonly RowEvent[]): Tally {
  const tables = new Map<string, RowCounts>();
  let name = '';
  let counts: RowCounts | undefined;
  for (const { op, plan } of events) {
    if (counts === undefined || plan.sourceName !== name) {
      name = plan.sourceName;
      counts = tables.get(name) ?? { inserts: 0, updates: 0, deletes: 0 };
      tables.set(name, counts);
    }
    if (op === INSERT) counts.inserts++;
    else if (op === DELETE) counts.deletes++;
    else counts.updates++;
  }
  return tables;
}
