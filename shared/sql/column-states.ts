import { canonicalDefault, isSameDefault } from './column-default.ts';
import { isSameColumn, isSameKind } from './column-holds.ts';
import type { AlterItem, ColumnDefinition, ColumnPlace } from './ddl.ts';
import {
  doneIf,
  type Entangled,
  entangledNames,
  findByName,
  type ItemState,
  isSameName,
  type Move,
  renameState,
} from './item-state.ts';
import type { TableShape } from './table-shape.ts';

type ChangeColumn = Extract<AlterItem, { kind: 'change-column' }>;

export function columnMove(item: AlterItem): Move {
  if (item.kind === 'add-column') return { to: item.column.name };
  if (item.kind === 'drop-column') return { from: item.name };
  if (item.kind === 'change-column') return { from: item.from, to: item.column.name };
  return item.kind === 'rename-column' ? { from: item.from, to: item.to } : {};
}

/** The state of an action on a column; undefined for others. */
export function columnState(item: AlterItem, items: readonly AlterItem[], shape: TableShape): ItemState | undefined {
  const entangled = entangledNames(items, columnMove);
  const names = shape.columns.map(({ name }) => name);
  switch (item.kind) {
    case 'add-column':
      return addState(item.column, shape, entangled);
    case 'drop-column': {
      const again = items.find((other) => isSameName(columnMove(other).to, item.name));
      if (again?.kind === 'add-column') return addState(again.column, shape, entangled);
      return again === undefined
        ? doneIf(findByName(shape.columns, item.name) === undefined)
        : renameOf(again, names, entangled);
    }
    case 'change-column':
      return changeState(item, shape, names, entangled);
    case 'rename-column':
      return renameOf(item, names, entangled);
    case 'alter-default': {
      const found = findByName(shape.columns, item.name);
      if (found === undefined) return { conflict: `there is no column ${item.name}` };
      if (isSameDefault(canonicalDefault(item.default), found.default, found.type)) return 'done';
      // NOTE servers print expressions in words of their own.
      return item.default?.kind === 'expression' && found.default?.startsWith('(') ? 'neutral' : 'todo';
    }
    case 'alter-column-visibility':
      return doneIf(findByName(shape.columns, item.name)?.invisible === item.invisible);
    default:
      return undefined;
  }
}

function renameOf(item: AlterItem, names: readonly string[], entangled: Entangled): ItemState {
  const { from, to } = columnMove(item);
  return renameState('column', { from, to }, names, entangled);
}

function addState(column: ColumnDefinition, shape: TableShape, { freed }: Entangled): ItemState {
  const found = findByName(shape.columns, column.name);
  if (found === undefined) return 'todo';
  const isFreed = freed.has(column.name.toLowerCase());
  if (!isSameKind(column, found, shape))
    return isFreed
      ? 'todo'
      : { conflict: `the column ${column.name} is there as ${found.type}${found.nullable ? '' : ' NOT NULL'}` };
  // NOTE dropped and made again with the same type: only the content would tell.
  return isFreed
    ? { unsure: `it cannot be told whether the column ${column.name} has been dropped and made again` }
    : 'done';
}

function changeState(item: ChangeColumn, shape: TableShape, names: readonly string[], entangled: Entangled): ItemState {
  const { from, column, place } = item;
  const isDone = (): boolean => {
    const found = findByName(shape.columns, column.name);
    return found !== undefined && isSameColumn(column, found, shape) && isAt(column.name, place, names);
  };
  if (isSameName(from, column.name)) {
    if (findByName(shape.columns, from) === undefined) return { conflict: `there is no column ${from}` };
    return doneIf(isDone());
  }
  const renamed = renameState('column', { from, to: column.name }, names, entangled);
  if (renamed !== 'done' || isDone()) return renamed;
  const found = findByName(shape.columns, column.name);
  if (found !== undefined && isSameKind(column, found, shape)) return 'done';
  return { conflict: `the column ${column.name} is there as ${found?.type}` };
}

function isAt(name: string, place: ColumnPlace | undefined, names: readonly string[]): boolean {
  if (place === undefined) return true;
  const at = names.findIndex((each) => isSameName(each, name));
  return place === 'first' ? at === 0 : at > 0 && isSameName(names[at - 1], place.after);
}
