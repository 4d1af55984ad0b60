import type { TablePlan } from '../../shared/rows/table-plan.ts';

/**
 * What was not as the stream expects it at the target, or was deliberately not applied; counted, never silent.
 * updateMissing: the row of an update was not there and has been inserted. deleteMissing: of a table without a key, the row of a delete was not there.
 * repeatClash: an old event that came again clashed with a newer row; its row is away until its next event. repeatKeyless, repeatOrphan: an old event was left out.
 * noKey: left out as the mapping's policy for tables without a key says.
 */
export type DriftKind = 'updateMissing' | 'deleteMissing' | 'repeatClash' | 'repeatKeyless' | 'repeatOrphan' | 'noKey';

export type DriftCount = { readonly kind: DriftKind; readonly table: string; readonly rows: number };

/** Counts of one target transaction, by kind and source table. */
export class Drift {
  private counts = new Map<string, DriftCount>();

  add(kind: DriftKind, { sourceName }: TablePlan, rows = 1): void {
    if (rows <= 0) return;
    const key = `${kind} ${sourceName}`;
    this.counts.set(key, { kind, table: sourceName, rows: rows + (this.counts.get(key)?.rows ?? 0) });
  }

  /** Empties it. */
  take(): DriftCount[] {
    const taken = [...this.counts.values()];
    this.counts = new Map();
    return taken;
  }
}
