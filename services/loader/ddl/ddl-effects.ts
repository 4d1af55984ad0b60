import type { TableName } from '../../../shared/model/table-pattern.ts';
import { keyOf } from '../../../shared/mysql/table-facts.ts';
import type { Ddl } from '../../../shared/sql/ddl.ts';
import type { Effects, LedgerRow } from './ddl-ledger.ts';

/** Where a record stands in its source's history. */
export type StreamPlace = { readonly epoch: number; readonly transaction: number };

type Mutable = { droppedTables: TableName[]; droppedColumns: Effects['droppedColumns'][number][] };

/** What a statement in the target's words takes away: rows from before it may still name it. */
export function effectsOf(ddl: Ddl): Effects {
  const effects: Mutable = { droppedTables: [], droppedColumns: [] };
  if (ddl.kind === 'drop-table') {
    effects.droppedTables.push(...ddl.tables.filter(({ role }) => role === 'subject').map(({ name }) => name));
  }
  effects.droppedTables.push(...ddl.renames.map(({ from }) => from));
  const subject = ddl.tables.find(({ role }) => role === 'subject')?.name;
  if (ddl.kind !== 'alter-table' || subject === undefined) return effects;
  for (const item of ddl.items) {
    if (item.kind === 'drop-column') effects.droppedColumns.push({ ...subject, column: item.name });
    if (item.kind === 'rename-column')
      effects.droppedColumns.push({ ...subject, column: item.from, renamedTo: item.to });
    if (item.kind === 'change-column' && item.from !== item.column.name) {
      effects.droppedColumns.push({ ...subject, column: item.from, renamedTo: item.column.name });
    }
  }
  return effects;
}

export function hasEffects({ droppedTables, droppedColumns }: Effects): boolean {
  return droppedTables.length + droppedColumns.length > 0;
}

type Loss = StreamPlace & { readonly renamedTo: string | undefined };

/**
 * What is known to have been taken away from the target. A row from before, met again in a replay or sent by another shard of a merged table, may
 * name it: such a column is left out or goes where it is called otherwise now, and rows of a lost table are of a past that ends with its drop.
 */
export class KnownEffects {
  private readonly columns = new Map<string, Loss[]>();
  private readonly changed = new Set<string>();
  private readonly tables = new Map<string, StreamPlace>();

  constructor(rows: readonly LedgerRow[]) {
    for (const row of rows) if (row.effects !== undefined) this.add(row, row.effects);
  }

  /** To be called in source order. */
  add({ epoch, transaction }: StreamPlace, effects: Effects): void {
    for (const { schema, table, column, renamedTo } of effects.droppedColumns) {
      const key = JSON.stringify([schema, table, column.toLowerCase()]);
      this.changed.add(keyOf({ schema, table }));
      this.columns.set(key, [...(this.columns.get(key) ?? []), { epoch, transaction, renamedTo }]);
    }
    for (const name of effects.droppedTables) this.tables.set(keyOf(name), { epoch, transaction });
  }

  /** Whether any statement took something of the table away, or the table itself. */
  concerns(name: TableName): boolean {
    const key = keyOf(name);
    return this.tables.has(key) || this.changed.has(key);
  }

  /** What a column of a row from this place is called now; undefined when it is gone. */
  columnNow(
    table: TableName & { readonly columns: ReadonlyMap<string, unknown> },
    column: string,
    place: StreamPlace,
  ): string | undefined {
    let name = column;
    let at = place;
    for (let loss = this.lossAfter(table, name, at); loss !== undefined; loss = this.lossAfter(table, name, at)) {
      if (loss.renamedTo === undefined) return undefined;
      name = loss.renamedTo;
      at = loss;
    }
    return table.columns.has(name) || this.losses(table, name).length === 0 ? name : undefined;
  }

  /** Whether a later statement than this place of the stream dropped or renamed the table. */
  isGoneAfter(name: TableName, place: StreamPlace): boolean {
    const gone = this.tables.get(keyOf(name));
    return gone !== undefined && isAfter(gone, place);
  }

  private lossAfter(table: TableName, column: string, place: StreamPlace): Loss | undefined {
    return this.losses(table, column).find((loss) => isAfter(loss, place));
  }

  private losses({ schema, table }: TableName, column: string): readonly Loss[] {
    return this.columns.get(JSON.stringify([schema, table, column.toLowerCase()])) ?? [];
  }
}

function isAfter(a: StreamPlace, b: StreamPlace): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.transaction > b.transaction);
}
