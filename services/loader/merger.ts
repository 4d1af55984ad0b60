import { DELETE } from './record-head.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import { isMerged } from './table-plan.ts';

/** Net changes of one plan: no row key stands twice in a batch, so their order does not matter. */
export type NetChanges = { readonly plan: CompiledPlan; readonly deletes: RowEvent[]; readonly upserts: RowEvent[] };

export type MergedBatch = {
  /** Tables whose rows do not depend on each other. */
  readonly tables: readonly NetChanges[];
  /** Events of the other tables, in source order. */
  readonly ordered: readonly RowEvent[];
};

/**
 * Net changes of many events. Rows are full images, so the last event of a row key decides: insert or update -> upsert, delete -> delete.
 * Insert then delete is a delete, not nothing: after a replay the row may already be there. Tables that map to one target are merged together.
 */
export function merge(events: readonly RowEvent[]): MergedBatch {
  const lastByTarget = new Map<string, Map<string, RowEvent>>();
  const ordered: RowEvent[] = [];
  let target = '';
  let last: Map<string, RowEvent> | undefined;
  for (const event of events) {
    const { plan } = event;
    if (!isMerged(plan.kind)) {
      ordered.push(event);
      continue;
    }
    if (last === undefined || plan.target.quoted !== target) {
      target = plan.target.quoted;
      last = lastByTarget.get(target) ?? new Map();
      lastByTarget.set(target, last);
    }
    last.set(rowKey(event), event);
  }
  return { tables: [...lastByTarget.values()].flatMap(byPlan), ordered };
}

function rowKey({ key, plan }: RowEvent): string {
  return key === null ? '' : key.toString('latin1', plan.keyPrefixBytes);
}

/** A batch may hold two versions of a table's schema; deletes of all come before upserts of any, see statements.ts. */
function byPlan(last: Map<string, RowEvent>): NetChanges[] {
  const changes = new Map<CompiledPlan, NetChanges>();
  let current: NetChanges | undefined;
  for (const event of last.values()) {
    if (current?.plan !== event.plan) {
      current = changes.get(event.plan) ?? { plan: event.plan, deletes: [], upserts: [] };
      changes.set(event.plan, current);
    }
    (event.op === DELETE ? current.deletes : current.upserts).push(event);
  }
  return [...changes.values()];
}
