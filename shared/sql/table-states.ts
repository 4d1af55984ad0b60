import { columnState } from './column-states.ts';
import { canonicalCharset } from './column-type.ts';
import type { AlterItem } from './ddl.ts';
import { doneIf, type ItemState } from './item-state.ts';
import { keyState } from './key-states.ts';
import type { TableShape } from './table-shape.ts';

/** The state of every action of ALTER TABLE, or of the index of CREATE and DROP INDEX, on a table that exists. */
export function itemStates(items: readonly AlterItem[], shape: TableShape): Map<AlterItem, ItemState> {
  return new Map(
    items.map((item) => [
      item,
      columnState(item, items, shape) ?? keyState(item, items, shape) ?? tableState(item, shape),
    ]),
  );
}

function tableState(item: AlterItem, shape: TableShape): ItemState {
  switch (item.kind) {
    case 'convert-charset':
      return convertState(item, shape);
    case 'option':
      return optionState(item.name, item.value, shape);
    case 'partition':
      return partitionState(item, shape.partitions);
    case 'versioning':
      if (item.words === 'ADD SYSTEM VERSIONING') return doneIf(shape.versioned);
      return item.words === 'DROP SYSTEM VERSIONING' ? doneIf(!shape.versioned) : 'todo';
    default:
      return 'neutral';
  }
}

function convertState(
  { charset, collation }: Extract<AlterItem, { kind: 'convert-charset' }>,
  shape: TableShape,
): ItemState {
  const wanted = charset === undefined ? undefined : canonicalCharset(charset);
  const places = [shape, ...shape.columns.filter((column) => column.charset !== undefined)];
  return doneIf(
    wanted !== undefined &&
      places.every((place) => place.charset === wanted && (collation === undefined || place.collation === collation)),
  );
}

function optionState(name: string, value: string, shape: TableShape): ItemState {
  switch (name) {
    case 'CHARACTER SET':
      return doneIf(shape.charset === canonicalCharset(value));
    case 'COLLATE':
      return doneIf(shape.collation === value || shape.collation.endsWith(`_${value}`));
    case 'COMMENT':
      return doneIf(shape.comment === value);
    case 'ENGINE':
      return shape.engine === value.toLowerCase() ? 'neutral' : 'todo';
    default:
      return 'neutral';
  }
}

function partitionState(item: Extract<AlterItem, { kind: 'partition' }>, found: readonly string[]): ItemState {
  const { words, names, old = [], count = 1 } = item;
  const there = names.filter((name) => found.some((each) => each.toLowerCase() === name.toLowerCase()));
  switch (words) {
    case 'ADD':
      if (there.length === 0) return 'todo';
      return there.length === names.length ? 'done' : { conflict: `of the partitions only ${there.join(', ')} exist` };
    case 'DROP':
      if (there.length === 0) return 'done';
      return there.length === names.length ? 'todo' : { conflict: `of the partitions only ${there.join(', ')} exist` };
    case 'REORGANIZE': {
      const isLeft = old.some((name) => found.includes(name) && !names.includes(name));
      return doneIf(there.length === names.length && !isLeft);
    }
    case 'REMOVE':
      return doneIf(found.length === 0);
    case 'BY':
      return doneIf(
        names.length > 0 ? there.length === found.length && there.length === names.length : found.length === count,
      );
    case 'TRUNCATE':
      return 'todo';
    case 'ADD PARTITIONS':
    case 'COALESCE':
    case 'EXCHANGE':
      return { unsure: `it cannot be told whether ${words} PARTITION has been carried out` };
    default:
      return words.startsWith('CONVERT') ? doneIf((words === 'CONVERT TO PARTITION') === there.length > 0) : 'neutral';
  }
}
