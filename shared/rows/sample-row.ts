import { readLength, skipLengthPrefixed } from '../codec/avro-bytes.ts';
import { loggedType } from '../mysql/logged-type.ts';
import type { ColumnFacts, TableFacts } from '../mysql/table-facts.ts';
import { ByteSink, PagePool } from './byte-sink.ts';
import { type CellKind, type CellWriter, sqlCells } from './cells.ts';
import { textCell } from './mapping/cell-values.ts';
import type { MappedRows } from './mapping/mapped-plan.ts';
import { type Life, markCells, type RowMaker } from './mapping/row-encoder.ts';
import type { RowImage } from './mapping/row-image.ts';
import type { RowSchema } from './row-schema.ts';
import type { Literals } from './row-writers.ts';

/** A row whose cells hold the names of their columns instead of values, to show statements by. Every cell is a text, whatever its column's type. */

const NO_CELLS = { bytes: Buffer.alloc(0), starts: [], values: new Map() };
/** The row; of an update, as it is afterwards. */
export const ROW: RowImage = { ...NO_CELLS };
/** The row of an update as it was. */
export const OLD_ROW: RowImage = { ...NO_CELLS };

/** Cells that stand in a statement as they are. */
export const AS_NAMED: Literals = { cell: () => copied, test: () => undefined };

const copied: CellWriter = (from, to) => {
  const end = readLength(from) + from.at;
  to.at += from.bytes.copy(to.bytes, to.at, from.at, end);
  from.at = end;
};

/** What the log will tell of the rows of a table. */
export function loggedRows({ schema, table, columns, primaryKey }: TableFacts): RowSchema {
  return {
    schema,
    table,
    key: primaryKey,
    columns: columns.map((column) => {
      const { name, charset } = column;
      const type = loggedType(column);
      return { name, type, charset, kind: kindOf(column, type), nullBranch: undefined, skip: skipLengthPrefixed };
    }),
    beforeBranch: 1,
    afterBranch: 1,
  };
}

function kindOf({ dataType }: ColumnFacts, type: string): CellKind {
  if (/^(decimal|bigint unsigned)/.test(type)) return 'decimal';
  if (/int$/.test(dataType)) return 'integer';
  if (/binary|blob|^(bit|geometry|vector)/.test(type)) return 'bytes';
  const own: readonly CellKind[] = ['year', 'float', 'double', 'json'];
  return own.find((kind) => kind === dataType) ?? 'text';
}

/** The same rows with names as cells. */
export function namedCells(rows: RowSchema): RowSchema {
  return {
    ...rows,
    columns: rows.columns.map((column) => ({ ...column, nullBranch: undefined, skip: skipLengthPrefixed })),
  };
}

/** Rows under a mapping: `:name`, of an update's old row `:old.name`; the column that marks deleted rows has its values. */
export function sampleMaker({ place, mapped }: Pick<MappedRows, 'place' | 'mapped'>): RowMaker {
  const schema = namedCells(mapped.rows);
  const marks = markTexts(place.mapping.delete, mapped);
  return {
    schema,
    hasComputedKey: false,
    row: (image, life) =>
      schema.columns.map(({ name }) =>
        textCell(marks?.[name]?.[life] ?? (image === OLD_ROW ? `:old.${name}` : `:${name}`)),
      ),
    key: () => Buffer.from('1'),
  };
}

type Mapped = MappedRows['mapped'];
type Marks = Readonly<Record<string, Readonly<Record<Life, string>>>>;

function markTexts(logical: MappedRows['place']['mapping']['delete'], { computed, typeOf }: Mapped): Marks | undefined {
  if (logical === undefined || !computed.includes(logical.mark)) return undefined;
  const type = typeOf(logical.mark);
  const { alive, deleted } = markCells(logical, type);
  return { [logical.mark]: { alive: literal(alive, type.kind), deleted: literal(deleted, type.kind) } };
}

/** The text of a cell that may be NULL. */
function literal(cell: Buffer, kind: CellKind): string {
  if (cell[0] === 0) return 'NULL';
  const out = new ByteSink(new PagePool());
  out.reserve(2 * cell.length + 64);
  sqlCells[kind]({ bytes: cell, at: 1 }, out);
  return out.text();
}
