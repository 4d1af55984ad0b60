/**
 * What a change of a row depends on, as locks: `schema.table:hash`, equal for values that the target holds equal.
 * own: values of the primary key, of every unique key and of what children refer to, before and after the change. parents: of the rows it refers to.
 * leaves: what children may refer to and what is gone behind the change. brings: what they may refer to from the change on.
 * row: the key by which the row is found before the change and, last, behind it; empty when nothing names it.
 */
export type RowLocks = {
  readonly own: readonly string[];
  readonly parents: readonly string[];
  readonly leaves: readonly string[];
  readonly brings: readonly string[];
  readonly row: readonly string[];
};

/** Place of a record in its source. */
export type SourcePlace = { readonly epoch: number; readonly transaction: number; readonly ordinal: number };

export function comparePlaces(a: SourcePlace, b: SourcePlace): number {
  return a.epoch - b.epoch || a.transaction - b.transaction || a.ordinal - b.ordinal;
}

/** `<epoch>-<transaction>-<ordinal>`: the name of a quarantined row. */
export function placeId({ epoch, transaction, ordinal }: SourcePlace): string {
  return `${epoch}-${transaction}-${ordinal}`;
}

/** The locks of rows that wait. Every answer is a lookup by key. */
export class LockSet {
  private readonly own = new Map<string, SourcePlace>();
  private readonly parents = new Map<string, SourcePlace>();
  private readonly names = new Set<string>();

  get isEmpty(): boolean {
    return this.names.size === 0;
  }

  /** How many tables have locks. */
  get tables(): number {
    return this.names.size;
  }

  add({ own, parents }: Pick<RowLocks, 'own' | 'parents'>, place: SourcePlace): void {
    for (const lock of own) this.note(this.own, lock, place);
    for (const lock of parents) this.note(this.parents, lock, place);
  }

  /** Whether a row of a table, `schema.table`, may meet a lock. */
  concerns(table: string): boolean {
    return this.names.has(table);
  }

  /**
   * Whether a change must wait for one that waits already and stood before it in the source: both are about one row or one unique value; it refers to
   * a row whose change waits; or it takes away a row to which a waiting change refers. An old event that comes again goes by what came after it.
   */
  blocks({ own, parents, leaves }: Pick<RowLocks, 'own' | 'parents' | 'leaves'>, place: SourcePlace): boolean {
    const isBehind = (before: SourcePlace | undefined): boolean =>
      before !== undefined && comparePlaces(before, place) <= 0;
    return (
      own.some((lock) => isBehind(this.own.get(lock))) ||
      parents.some((lock) => isBehind(this.own.get(lock))) ||
      leaves.some((lock) => isBehind(this.parents.get(lock)))
    );
  }

  /** Whether the change makes a row to which a waiting one refers. */
  brings({ brings }: RowLocks): boolean {
    return brings.some((lock) => this.parents.has(lock));
  }

  private note(locks: Map<string, SourcePlace>, lock: string, place: SourcePlace): void {
    const known = locks.get(lock);
    if (known === undefined || comparePlaces(place, known) < 0) locks.set(lock, place);
    this.names.add(lock.slice(0, lock.lastIndexOf(':')));
  }
}
