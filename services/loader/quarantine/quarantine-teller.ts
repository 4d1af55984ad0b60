import type { QuarantineEntry } from '../../../shared/model/quarantine-entry.ts';
import type { CheckpointOwner } from '../checkpoint.ts';
import type { EntryPublisher } from '../entry-publisher.ts';
import type { QuarantinedRow } from './quarantine-table.ts';
import { placeId } from './row-locks.ts';

/** Tells the admin API the rows of one partition that are in quarantine, each state once. */
export class QuarantineTeller {
  private readonly publisher: EntryPublisher;
  private readonly owner: CheckpointOwner;
  private readonly told = new Map<string, string>();

  constructor(publisher: EntryPublisher, owner: CheckpointOwner) {
    this.publisher = publisher;
    this.owner = owner;
  }

  tell(rows: readonly QuarantinedRow[]): void {
    for (const row of rows) this.tellRow(row);
  }

  /** Resolves to whether everything that was told has arrived. */
  flush(): Promise<boolean> {
    return this.publisher.flush();
  }

  private tellRow(row: QuarantinedRow): void {
    const { channel, pipeline } = this.owner;
    const id = placeId(row.place);
    const isSettled = row.state === 'applied' || row.state === 'skipped';
    const state = `${row.state} ${row.decision?.at} ${row.reason?.message}`;
    if (this.told.get(id) === state) return;
    if (isSettled) this.told.delete(id);
    else this.told.set(id, state);
    // NOTE what a person decided stays to be read; what only waited leaves no trace.
    const isForgotten = isSettled && row.decision === undefined;
    this.publisher.publish(`${channel}/${pipeline}/${id}`, isForgotten ? undefined : toEntry(row, this.owner));
  }
}

function toEntry(
  row: QuarantinedRow,
  { uid, channel, pipeline, source, topic, partition }: CheckpointOwner,
): QuarantineEntry {
  const { place, table, state, reason, sql, shown, decision, offset, log, committed, quarantinedAt } = row;
  const isSettled = state === 'applied' || state === 'skipped';
  return {
    ...{ id: placeId(place), uid, channel, pipeline, source, table: `${table.schema}.${table.table}`, state },
    ...(isSettled || reason === undefined ? {} : { reason }),
    ...(isSettled || sql === undefined ? {} : { sql }),
    ...(isSettled || shown === undefined ? {} : { row: shown }),
    ...(decision === undefined ? {} : { decision }),
    ...{ topic, partition, offset, ...log, committedAt: Math.round(committed / 1000), quarantinedAt },
  };
}
