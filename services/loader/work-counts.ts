import type { DdlEntry } from '../../shared/model/ddl-entry.ts';
import type { HeldStatement, RowCounts, Status } from '../../shared/model/status.ts';
import type { AppliedBatch } from './applier.ts';
import type { DriftKind } from './drift.ts';
import type { Tally } from './tally.ts';

type Counts = { inserts: number; updates: number; deletes: number };

/** Kinds of drift that are work left out. */
const SKIPPED: ReadonlySet<string> = new Set<DriftKind>(['noKey', 'repeatKeyless', 'repeatOrphan']);

const HELD_SHOWN = 20;

/** What a pipeline has done since its process began. */
export class WorkCounts {
  readonly rows: Counts = { inserts: 0, updates: 0, deletes: 0 };
  transactions = 0;
  private readonly tables = new Map<string, Counts>();
  private readonly skipped = new Map<string, number>();
  private readonly drift = new Map<string, number>();
  private readonly settled = { applied: new Set<string>(), skipped: new Set<string>() };
  private readonly held = new Map<string, HeldStatement>();

  applied({ rows, drift, transactions }: AppliedBatch): void {
    this.transactions += transactions;
    this.add(rows);
    for (const { kind, rows: count } of drift) addTo(SKIPPED.has(kind) ? this.skipped : this.drift, kind, count);
  }

  add(rows: Tally): void {
    for (const [name, counts] of rows) {
      add(this.rows, counts);
      add(this.tables.get(name) ?? this.newTable(name), counts);
    }
  }

  /** A statement of the source and what became of it. */
  statement({ id, words, tables, state, reason }: DdlEntry): void {
    if (state === 'applied' || state === 'skipped') this.settled[state].add(id);
    if (state === 'held' && reason !== undefined) this.held.set(id, { id, words, tables: tables.slice(0, 20), reason });
    else this.held.delete(id);
  }

  status(): Pick<Status, 'transactions' | 'rows' | 'tables' | 'ddl' | 'drift' | 'skipped'> {
    return {
      transactions: this.transactions,
      rows: { ...this.rows },
      tables: Object.fromEntries([...this.tables].map(([name, counts]) => [name, { ...counts }])),
      ddl: {
        applied: this.settled.applied.size,
        skipped: this.settled.skipped.size,
        held: [...this.held.values()].slice(0, HELD_SHOWN),
      },
      ...(this.drift.size === 0 ? {} : { drift: Object.fromEntries(this.drift) }),
      ...(this.skipped.size === 0 ? {} : { skipped: Object.fromEntries(this.skipped) }),
    };
  }

  private newTable(name: string): Counts {
    const counts = { inserts: 0, updates: 0, deletes: 0 };
    this.tables.set(name, counts);
    return counts;
  }
}

function addTo(counts: Map<string, number>, kind: string, count: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count);
}

function add(sum: Counts, counts: RowCounts): void {
  sum.inserts += counts.inserts;
  sum.updates += counts.updates;
  sum.deletes += counts.deletes;
}
