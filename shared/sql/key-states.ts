import type { AlterItem, IndexDefinition, IndexPart } from './ddl.ts';
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
import { looseExpression, type TableShape } from './table-shape.ts';

export function indexMove(item: AlterItem): Move {
  if (item.kind === 'add-index') return { to: item.index.name };
  if (item.kind === 'drop-index' || item.kind === 'drop-constraint') return { from: item.name };
  return item.kind === 'rename-index' ? { from: item.from, to: item.to } : {};
}

/** The state of an action on a key or constraint; undefined for others. What is dropped and made again is decided by what was made. */
export function keyState(item: AlterItem, items: readonly AlterItem[], shape: TableShape): ItemState | undefined {
  switch (item.kind) {
    case 'add-index':
      return addIndexState(item.index, shape, entangledNames(items, indexMove));
    case 'drop-index':
      return dropState(item.name, items, shape, findByName(shape.indexes, item.name) === undefined);
    case 'rename-index':
      return renameState(
        'index',
        { from: item.from, to: item.to },
        shape.indexes.map(({ name }) => name),
        entangledNames(items, indexMove),
      );
    case 'alter-index-visibility':
      return doneIf(findByName(shape.indexes, item.name)?.invisible === item.invisible);
    case 'add-primary-key':
      return primaryKeyState(item.parts, items, shape);
    case 'drop-primary-key': {
      const again = items.find(({ kind }) => kind === 'add-primary-key');
      return again?.kind === 'add-primary-key'
        ? primaryKeyState(again.parts, items, shape)
        : doneIf(shape.primaryKey.length === 0);
    }
    case 'add-foreign-key':
      return foreignKeyState(item, items, shape);
    case 'drop-foreign-key':
      return dropState(item.name, items, shape, findByName(shape.foreignKeys, item.name) === undefined);
    case 'add-check':
      return checkState(item, shape);
    case 'drop-check':
      return dropState(item.name, items, shape, findByName(shape.checks, item.name) === undefined);
    case 'drop-constraint': {
      const all = [...shape.checks, ...shape.foreignKeys, ...shape.indexes];
      const isKey = item.name.toUpperCase() === 'PRIMARY' && shape.primaryKey.length > 0;
      return dropState(item.name, items, shape, findByName(all, item.name) === undefined && !isKey);
    }
    default:
      return undefined;
  }
}

/** What a dropped name's maker in the same statement is in, else whether the name is gone. */
function dropState(name: string, items: readonly AlterItem[], shape: TableShape, isGone: boolean): ItemState {
  const maker = items.find(
    (item) =>
      (item.kind === 'add-index' && isSameName(item.index.name, name)) ||
      (item.kind === 'add-foreign-key' && isSameName(item.key.name, name)) ||
      (item.kind === 'add-check' && isSameName(item.check.name, name)) ||
      (item.kind === 'rename-index' && isSameName(item.to, name)),
  );
  return (maker && keyState(maker, items, shape)) ?? doneIf(isGone);
}

function addIndexState(index: IndexDefinition, shape: TableShape, { freed }: Entangled): ItemState {
  const parts = partTexts(index.parts);
  const isAlike = (found: TableShape['indexes'][number]): boolean =>
    found.unique === (index.kind === 'unique') &&
    (index.kind === 'index' || index.kind === 'unique' || found.kind === index.kind) &&
    isSameList(parts, found.kind === 'index' ? found.parts : found.parts.map((part) => part.replace(/\(\d+\)$/, '')));
  const { name } = index;
  // NOTE a second index on the same columns would have no use.
  if (name === undefined) return shape.indexes.some(isAlike) ? 'likely' : 'todo';
  const found = findByName(shape.indexes, name);
  if (found === undefined) return 'todo';
  if (isAlike(found)) return 'done';
  return freed.has(name.toLowerCase())
    ? 'todo'
    : { conflict: `the index ${name} is there on (${found.parts.join(', ')})` };
}

function primaryKeyState(
  parts: readonly IndexPart[],
  items: readonly AlterItem[],
  { primaryKey }: TableShape,
): ItemState {
  if (isSameList(partTexts(parts), primaryKey)) return 'done';
  const isDropped = items.some(({ kind }) => kind === 'drop-primary-key');
  return primaryKey.length === 0 || isDropped ? 'todo' : { conflict: `the primary key is (${primaryKey.join(', ')})` };
}

function foreignKeyState(
  item: Extract<AlterItem, { kind: 'add-foreign-key' }>,
  items: readonly AlterItem[],
  shape: TableShape,
): ItemState {
  const { name, columns, table } = item.key;
  const alike = shape.foreignKeys.filter(
    (key) =>
      isSameList(key.columns, columns) &&
      isSameName(key.table.schema, table.schema) &&
      isSameName(key.table.table, table.table),
  );
  if (name === undefined) return alike.length > 0 ? 'likely' : 'todo';
  if (findByName(alike, name)) return 'done';
  const isDropped = items.some(
    (other) => (other.kind === 'drop-foreign-key' || other.kind === 'drop-constraint') && isSameName(other.name, name),
  );
  return findByName(shape.foreignKeys, name) && !isDropped
    ? { conflict: `the foreign key ${name} is another one` }
    : 'todo';
}

/** NOTE servers print expressions in words of their own: a check of that name is taken for this one. */
function checkState({ check }: Extract<AlterItem, { kind: 'add-check' }>, shape: TableShape): ItemState {
  if (check.name !== undefined) return doneIf(findByName(shape.checks, check.name) !== undefined);
  const wanted = looseExpression(check.expression);
  return shape.checks.some(({ expression }) => expression === wanted) ? 'likely' : 'todo';
}

/** As `IndexShape.parts` has them. */
export function partTexts(parts: readonly IndexPart[]): string[] {
  return parts.map(({ column, expression, length, descending }) => {
    const text = column ?? `(${looseExpression(expression ?? '')})`;
    return `${text}${length === undefined ? '' : `(${length})`}${descending ? ' DESC' : ''}`;
  });
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => isSameName(b[index], each));
}
