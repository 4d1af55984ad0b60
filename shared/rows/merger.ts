import { DELETE, INSERT, UPDATE } from '../codec/record-head.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import { isKeyMove, keyOfImage } from './row-key.ts';
import { isMerged } from './table-plan.ts';

/** Net changes of one plan: no row key stands twice in a batch, so their order does not matter. */
export type NetChanges = {
  readonly plan: CompiledPlan;
  readonly deletes: RowEvent[];
  /** Rows that the batch makes, or may have made before it changed them. */
  readonly inserts: RowEvent[];
  /** Rows that the source had before the batch: the target should have them too. */
  readonly updates: RowEvent[];
};

export type MergedBatch = {
  /** Tables whose rows do not depend on each other. */
  readonly tables: readonly NetChanges[];
  /** Tables that foreign keys put into an order, parents first. */
  readonly linked: readonly NetChanges[];
  /** Events of the other tables, in source order. */
  readonly ordered: readonly RowEvent[];
};

export type MergeOptions = {
  /** False for a table whose rows are to be applied one by one for now. */
  readonly mayMerge: (plan: CompiledPlan) => boolean;
};

const ALL: MergeOptions = { mayMerge: () => true };

/**
 * Net changes of many events. Rows are full images, so the last event of a row key decides: insert or update -> upsert, delete -> delete.
 * Insert then delete is a delete, not nothing: after a replay the row may already be there. Tables that map to one target are merged together.
 */
export function merge(events: readonly RowEvent[], { mayMerge }: MergeOptions = ALL): MergedBatch {
  const groups = { free: new Targets(), linked: new Targets() };
  const ordered: RowEvent[] = [];
  let known: CompiledPlan | undefined;
  let into: Targets | undefined;
  let hasLinked = false;
  for (const event of events) {
    if (event.plan !== known) {
      known = event.plan;
      into = mayMerge(known) ? groupOf(known, groups) : undefined;
      hasLinked ||= into === groups.linked;
    }
    if (into === undefined) ordered.push(event);
    else into.add(event);
  }
  if (hasLinked && (groups.linked.mayCascade || ordered.some(({ plan }) => plan.target.foreignKeys !== undefined))) {
    return merge(events, { mayMerge: (plan) => plan.kind !== 'linked' && mayMerge(plan) });
  }
  return { tables: groups.free.changes(), linked: groups.linked.changes().sort(byRank), ordered };
}

function groupOf(plan: CompiledPlan, { free, linked }: Record<'free' | 'linked', Targets>): Targets | undefined {
  if (plan.kind === 'linked') return linked;
  return isMerged(plan.kind) ? free : undefined;
}

function byRank(a: NetChanges, b: NetChanges): number {
  return (a.plan.target.foreignKeys?.rank ?? 0) - (b.plan.target.foreignKeys?.rank ?? 0);
}

/** The last event of each row, by target table. */
class Targets {
  /** A row was removed and made again, or got another key, where the target's foreign keys act on that: what they do belongs between the two. */
  mayCascade = false;
  private readonly lastByTarget = new Map<string, Map<string, RowEvent>>();
  private readonly made = new Set<RowEvent>();
  private target = '';
  private last = new Map<string, RowEvent>();

  add(event: RowEvent): void {
    const { plan } = event;
    if (plan.target.quoted !== this.target) {
      this.target = plan.target.quoted;
      this.last = this.lastByTarget.get(this.target) ?? new Map();
      this.lastByTarget.set(this.target, this.last);
    }
    if (plan.isRecordKeyed) this.put(recordKey(event), event);
    else this.addByImage(event);
    const { foreignKeys } = plan.target;
    if (foreignKeys?.cascadesKeys && event.op === DELETE && isKeyMove(event)) this.mayCascade = true;
  }

  /** The key stands in the row: a change of it leaves the old key and takes the new one. */
  private addByImage(event: RowEvent): void {
    if (event.op !== UPDATE) {
      this.put(keyOfImage(event, event.op === DELETE ? 'before' : 'after'), event);
      return;
    }
    const [from, to] = [keyOfImage(event, 'before'), keyOfImage(event, 'after')];
    if (from !== to) this.put(from, { ...event, op: DELETE });
    this.put(to, from === to ? event : { ...event, op: INSERT });
  }

  private put(key: string, event: RowEvent): void {
    const before = this.last.get(key);
    if (before !== undefined) {
      if (before.op === DELETE && event.plan.target.foreignKeys?.cascadesDeletes) this.mayCascade = true;
      if (before.op !== UPDATE || this.made.has(before)) this.made.add(event);
    }
    this.last.set(key, event);
  }

  /** A batch may hold two versions of a table's schema; deletes of all come before upserts of any, see statements.ts. */
  changes(): NetChanges[] {
    return [...this.lastByTarget.values()].flatMap((last) => this.byPlan(last));
  }

  private byPlan(last: Map<string, RowEvent>): NetChanges[] {
    const changes = new Map<CompiledPlan, NetChanges>();
    let current: NetChanges | undefined;
    for (const event of last.values()) {
      if (current?.plan !== event.plan) {
        current = changes.get(event.plan) ?? { plan: event.plan, deletes: [], inserts: [], updates: [] };
        changes.set(event.plan, current);
      }
      if (event.op === DELETE) current.deletes.push(event);
      else (event.op === INSERT || this.made.has(event) ? current.inserts : current.updates).push(event);
    }
    return [...changes.values()];
  }
}

function recordKey({ key, plan }: RowEvent): string {
  return key === null ? '' : key.toString('latin1', plan.keyPrefixBytes);
}
