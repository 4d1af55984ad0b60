import type { TableName } from '../model/table-pattern.ts';
import { keyOf } from '../mysql/table-facts.ts';
import { isSameKind } from './column-holds.ts';
import type { AlterItem, Ddl, Rename } from './ddl.ts';
import { applyEdits, withoutItems } from './edits.ts';
import { findByName, type ItemState, isSameName } from './item-state.ts';
import type { TableShape } from './table-shape.ts';
import { itemStates } from './table-states.ts';

/**
 * What of a statement is not in effect yet. all: everything (`sql` is the statement, guarded where it can be). part: `sql` is the rest of it.
 * nothing: it has been carried out. `conflict` says that the table is neither as before nor as after the statement; then a person must decide.
 * `unsure`: before and after look alike, so only who knows that it was never begun may run it.
 */
export type Remaining = {
  readonly kind: 'all' | 'part' | 'nothing';
  readonly sql?: string;
  readonly conflict?: string;
  readonly unsure?: string;
};

export type Shapes = ReadonlyMap<string, TableShape | undefined>;

/**
 * Compares a statement with the structures of its tables (`readTableShapes` of all its `tables`, by `keyOf`; a name that is missing is a table that
 * does not exist). Made for statements that may have been carried out already: after a crash, from another shard, or in a replay.
 * TRUNCATE is always `all`; so are swaps of tables by RENAME, whose structures look alike before and after.
 */
export function remainingDdl(ddl: Ddl, shapes: Shapes): Remaining {
  const shapeOf = (name: TableName): TableShape | undefined => shapes.get(keyOf(name));
  const subject = ddl.tables.find(({ role }) => role === 'subject')?.name;
  switch (ddl.kind) {
    case 'create-table':
      return createTable(ddl, subject && shapeOf(subject), ddl.likeOf && shapeOf(ddl.likeOf));
    case 'drop-table':
      return dropTable(ddl, shapeOf);
    case 'rename-table':
      return renameTable(ddl, shapeOf);
    case 'alter-table':
    case 'create-index':
    case 'drop-index':
      return subject === undefined ? all(ddl) : alterTable(ddl, subject, shapeOf);
    case 'truncate-table':
    case 'alter-database':
      return all(ddl);
    case 'create-database':
      return guarded(ddl, ddl.ifNotExists || ddl.orReplace, 'IF NOT EXISTS');
    case 'drop-database':
      return guarded(ddl, ddl.ifExists, 'IF EXISTS');
  }
}

const NOTHING: Remaining = { kind: 'nothing' };

function all(ddl: Ddl): Remaining {
  return { kind: 'all', sql: ddl.sql };
}

function conflicting(ddl: Ddl, conflict: string): Remaining {
  return { kind: 'all', sql: ddl.sql, conflict };
}

function guarded(ddl: Ddl, isGuarded: boolean, guard: string): Remaining {
  const at = ddl.databaseRange?.start;
  if (isGuarded || at === undefined) return all(ddl);
  return { kind: 'all', sql: `${ddl.sql.slice(0, at)}${guard} ${ddl.sql.slice(at)}` };
}

function createTable(ddl: Ddl, found: TableShape | undefined, pattern: TableShape | undefined): Remaining {
  if (found === undefined || ddl.orReplace) return all(ddl);
  if (ddl.ifNotExists) return NOTHING;
  const { table } = found.name;
  if (ddl.likeOf) {
    const isAlike = pattern === undefined || columnsText(pattern) === columnsText(found);
    return isAlike ? NOTHING : conflicting(ddl, `the table ${table} exists with other columns than its pattern`);
  }
  const wanted = ddl.items.flatMap((item) => (item.kind === 'add-column' ? [item.column] : []));
  const key = ddl.items.flatMap((item) =>
    item.kind === 'add-primary-key' ? item.parts.map(({ column }) => column ?? '') : [],
  );
  const differs = wanted.find((column) => {
    const other = findByName(found.columns, column.name);
    const isKey = key.some((name) => isSameName(name, column.name));
    return other === undefined || !isSameKind(isKey ? { ...column, nullable: false } : column, other, found);
  });
  if (differs) return conflicting(ddl, `the table ${table} exists without such a column ${differs.name}`);
  const extra = ddl.fromQuery
    ? undefined
    : found.columns.find(({ name }) => wanted.every((column) => !isSameName(column.name, name)));
  return extra ? conflicting(ddl, `the table ${table} exists and has a column ${extra.name} more`) : NOTHING;
}

function columnsText(shape: TableShape): string {
  return JSON.stringify([shape.columns, shape.primaryKey]);
}

function dropTable(ddl: Ddl, shapeOf: (name: TableName) => TableShape | undefined): Remaining {
  const kept = ddl.tables.filter(({ name }) => shapeOf(name) !== undefined);
  if (kept.length === 0) return NOTHING;
  if (kept.length === ddl.tables.length) return all(ddl);
  const start = ddl.tables[0]?.range.start ?? 0;
  const end = ddl.tables.at(-1)?.range.end ?? 0;
  const text = kept.map(({ range }) => ddl.sql.slice(range.start, range.end)).join(', ');
  return { kind: 'part', sql: applyEdits(ddl.sql, [{ start, end, text }], { start: 0, end: ddl.sql.length }) };
}

function renameTable(ddl: Ddl, shapeOf: (name: TableName) => TableShape | undefined): Remaining {
  const there = new Set(ddl.tables.filter(({ name }) => shapeOf(name) !== undefined).map(({ name }) => keyOf(name)));
  const canRun = isPossible(ddl.renames, there);
  const canBeUndone = isPossible(ddl.renames.map(({ from, to }) => ({ from: to, to: from })).reverse(), there);
  if (canRun) return all(ddl);
  if (canBeUndone) return NOTHING;
  const names = [...there].map((key) => (JSON.parse(key) as string[]).join('.'));
  return conflicting(ddl, `of its tables ${names.length === 0 ? 'none exists' : `${names.join(', ')} exist`}`);
}

function isPossible(renames: readonly Rename[], there: ReadonlySet<string>): boolean {
  const now = new Set(there);
  return renames.every(({ from, to }) => now.delete(keyOf(from)) && !now.has(keyOf(to)) && now.add(keyOf(to)));
}

function alterTable(ddl: Ddl, subject: TableName, shapeOf: (name: TableName) => TableShape | undefined): Remaining {
  const renamedTo = ddl.renames.at(-1)?.to;
  const found = shapeOf(subject);
  const renamed = renamedTo && keyOf(renamedTo) !== keyOf(subject) ? shapeOf(renamedTo) : undefined;
  if (found && renamed) return conflicting(ddl, `the tables ${subject.table} and ${renamed.name.table} both exist`);
  const shape = found ?? renamed;
  if (shape === undefined)
    return ddl.ifExists || ddl.kind === 'drop-index'
      ? NOTHING
      : conflicting(ddl, `there is no table ${subject.schema}.${subject.table}`);
  const states = itemStates(ddl.items, shape);
  const isRename = renamedTo !== undefined && keyOf(renamedTo) !== keyOf(subject);
  if (isRename)
    for (const item of ddl.items) if (item.kind === 'rename-table') states.set(item, renamed ? 'done' : 'todo');
  return fromStates(ddl, states);
}

/** NOTE servers carry out an ALTER TABLE as a whole, so actions that tell nothing by themselves are as the others are. */
function fromStates(ddl: Ddl, states: ReadonlyMap<AlterItem, ItemState>): Remaining {
  const list = [...states.values()];
  const conflict = list.find((state) => typeof state === 'object' && 'conflict' in state);
  if (conflict && typeof conflict === 'object' && 'conflict' in conflict) return conflicting(ddl, conflict.conflict);
  const hasTodo = list.includes('todo');
  const hasDone = list.includes('done');
  const unsure = list.find((state) => typeof state === 'object' && 'unsure' in state);
  if (unsure && typeof unsure === 'object' && 'unsure' in unsure && hasTodo === hasDone)
    return { ...all(ddl), unsure: unsure.unsure };
  const isDone = (item: AlterItem): boolean => {
    const state = states.get(item);
    if (state === 'likely') return hasDone || !hasTodo;
    return state === 'done' || (typeof state === 'object' && hasDone);
  };
  const done = ddl.items.filter(isDone);
  if (done.length === 0) return all(ddl);
  if (!hasTodo) return NOTHING;
  if (done.some(({ kind }) => kind === 'rename-table'))
    return conflicting(ddl, 'the table has its new name, and other actions of the statement are missing');
  const cut = withoutItems(ddl, new Set(done), []);
  if (cut === undefined || cut === 'nothing') return NOTHING;
  return { kind: 'part', sql: applyEdits(ddl.sql, [cut], { start: 0, end: ddl.sql.length }) };
}
