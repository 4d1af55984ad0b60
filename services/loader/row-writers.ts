import type { ByteSink, Source } from './byte-sink.ts';
import { type CellKind, type CellWriter, loadCells, sqlCells } from './cells.ts';
import type { PlannedColumn, TablePlan } from './table-plan.ts';
import type { TargetColumn } from './target-table.ts';

/** Writes one row image from its bytes; what a statement of the dialect is made of. */
export type RowWriter = (from: Source, to: ByteSink) => void;

export type RowWriters = {
  /** `(1,'a',NULL)`: all columns that the target takes. */
  readonly values: RowWriter;
  /** One line of LOAD DATA. */
  readonly line: RowWriter;
  /** What names the row by its key: one value for IN, or `(a=1 AND b=2)` when the key has several columns. */
  readonly key: RowWriter;
  /** `a=1 AND b=2`. */
  readonly where: RowWriter;
  /** `a=1,b='x'`: all columns that the target takes. */
  readonly assignments: RowWriter;
  /** Every column compared by `<=>`, bytewise: finds a row of a table without a key. */
  readonly image: RowWriter;
};

const NULL_SQL = Buffer.from('NULL');
const NULL_LOAD = Buffer.from('\\N');
const CELL_BYTES = 28;
const COMMA = 44;
const CLOSE = 41;
const OPEN = 40;
const TAB = 9;
const NEWLINE = 10;

export function compileRowWriters(plan: TablePlan, isMariaDb: boolean): RowWriters {
  const taken = ({ target }: PlannedColumn): boolean => target !== undefined;
  const isKey = ({ isKey }: PlannedColumn): boolean => isKey;
  const equals = ({ quoted }: PlannedColumn): string => `${quoted}=`;
  const hasOneKey = plan.source.key.length === 1;
  return {
    values: rowOf(
      plan,
      taken,
      (column) => ended(sqlCell(column), COMMA),
      (write) => tuple(write),
    ),
    line: rowOf(
      plan,
      taken,
      (column) => ended(nullable(column, loadCells[column.source.kind], NULL_LOAD), TAB),
      (write) => closed(write, NEWLINE),
    ),
    key: hasOneKey
      ? rowOf(plan, isKey, sqlCell, (write) => write)
      : named(plan, isKey, equals, ' AND ', (write) => tuple(write)),
    where: named(plan, isKey, equals, ' AND ', (write) => unended(write)),
    assignments: named(plan, taken, equals, ',', (write) => unended(write)),
    image: compileImage(plan, isMariaDb),
  };
}

/** A writer that visits the columns in the record's order, writes the chosen ones and steps over the others. */
function rowOf(
  plan: TablePlan,
  isChosen: (column: PlannedColumn) => boolean,
  cellOf: (column: PlannedColumn) => CellWriter,
  frame: (write: RowWriter) => RowWriter,
  textBytes = 0,
): RowWriter {
  const cells = plan.columns.map((column) => (isChosen(column) ? cellOf(column) : column.source.skip));
  const count = cells.length;
  const extra = count * CELL_BYTES + textBytes + 16;
  const write = frame((from, to) => {
    for (let i = 0; i < count; i++) (cells[i] as CellWriter)(from, to);
  });
  return (from, to) => {
    to.reserve(2 * from.bytes.length + extra);
    write(from, to);
  };
}

/** Each chosen column as `name` + operator + literal + separator; `frame` takes the last separator away (its length is one or more). */
function named(
  plan: TablePlan,
  isChosen: (column: PlannedColumn) => boolean,
  before: (column: PlannedColumn) => string,
  separator: string,
  frame: (write: RowWriter) => RowWriter,
): RowWriter {
  const behind = Buffer.from(separator);
  const text = plan.columns.reduce((sum, column) => sum + Buffer.byteLength(before(column)) + behind.length, 0);
  const cut = (write: RowWriter): RowWriter => frame(shortened(write, behind.length - 1));
  return rowOf(plan, isChosen, (column) => between(before(column), sqlCell(column), behind), cut, text);
}

function compileImage(plan: TablePlan, isMariaDb: boolean): RowWriter {
  const collation = isMariaDb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  const behind = Buffer.from(' AND ');
  const isCompared = ({ target }: PlannedColumn): boolean => target !== undefined;
  const cell = (column: PlannedColumn): CellWriter => {
    const [open, close] = comparison(column.target, collation, isMariaDb);
    const literal = between(open, sqlCells[kindOf(column)], Buffer.from(close));
    return between(`${column.quoted}<=>`, nullable(column, literal, NULL_SQL), behind);
  };
  const text = plan.columns.length * 60 + plan.columns.reduce((sum, { quoted }) => sum + quoted.length * 3, 0);
  return rowOf(plan, isCompared, cell, (write) => unended(shortened(write, behind.length - 1)), text);
}

/** What stands around a literal so that it equals only the same bytes: text by a binary collation, JSON as JSON. */
function comparison(target: TargetColumn | undefined, collation: string, isMariaDb: boolean): [string, string] {
  if (target?.type === 'json' && !isMariaDb) return ['CAST(', ' AS JSON)'];
  if (target !== undefined && /^(char|varchar|(tiny|medium|long)?text)$/.test(target.type)) {
    return ['', ` COLLATE ${collation}`];
  }
  return ['', ''];
}

function sqlCell(column: PlannedColumn): CellWriter {
  return nullable(column, sqlCells[kindOf(column)], NULL_SQL);
}

/** MariaDB's JSON is a text column, and so may be the target of any server. */
function kindOf({ source, target }: PlannedColumn): CellKind {
  return source.kind === 'json' && target?.type !== 'json' ? 'text' : source.kind;
}

function nullable(column: PlannedColumn, write: CellWriter, nullText: Buffer): CellWriter {
  const { nullBranch } = column.source;
  if (nullBranch === undefined) return write;
  const nullByte = nullBranch * 2;
  return (from, to) => {
    if (from.bytes[from.at++] !== nullByte) write(from, to);
    else for (let i = 0; i < nullText.length; i++) to.bytes[to.at++] = nullText[i] as number;
  };
}

function ended(write: CellWriter, separator: number): CellWriter {
  return (from, to) => {
    write(from, to);
    to.bytes[to.at++] = separator;
  };
}

function between(before: string, write: CellWriter, after: Buffer): CellWriter {
  const ahead = Buffer.from(before);
  return (from, to) => {
    to.at += ahead.copy(to.bytes, to.at);
    write(from, to);
    to.at += after.copy(to.bytes, to.at);
  };
}

/** `(` … `)`, the closing bracket in the place of the last separator. */
function tuple(write: RowWriter): RowWriter {
  return (from, to) => {
    to.bytes[to.at++] = OPEN;
    write(from, to);
    to.bytes[to.at - 1] = CLOSE;
  };
}

function closed(write: RowWriter, last: number): RowWriter {
  return (from, to) => {
    write(from, to);
    to.bytes[to.at - 1] = last;
  };
}

function unended(write: RowWriter): RowWriter {
  return shortened(write, 1);
}

function shortened(write: RowWriter, bytes: number): RowWriter {
  if (bytes === 0) return write;
  return (from, to) => {
    write(from, to);
    to.at -= bytes;
  };
}
