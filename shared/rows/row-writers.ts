import type { Source } from '../codec/avro-bytes.ts';
import type { TargetColumn } from '../mysql/target-table.ts';
import { ReplicationError } from '../runtime/errors.ts';
import type { ByteSink } from './byte-sink.ts';
import { type CellKind, type CellWriter, loadCells, sqlCells } from './cells.ts';
import { type ExactTest, exactTest } from './exact-values.ts';
import type { PlannedColumn, TablePlan } from './table-plan.ts';

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

/** What a cell becomes in a statement. */
export type Literals = {
  readonly cell: (kind: CellKind) => CellWriter;
  /** Undefined where the server refuses by itself what it cannot hold. */
  readonly test: (column: PlannedColumn) => ExactTest | undefined;
};

const VALUES: Literals = { cell: (kind) => sqlCells[kind], test: exactTest };
const NULL_SQL = Buffer.from('NULL');
const NULL_LOAD = Buffer.from('\\N');
const CELL_BYTES = 64;
const COMMA = 44;
const CLOSE = 41;
const OPEN = 40;
const TAB = 9;
const NEWLINE = 10;

export function compileRowWriters(plan: TablePlan, isMariaDb: boolean, literals: Literals = VALUES): RowWriters {
  const taken = ({ target }: PlannedColumn): boolean => target !== undefined;
  const isKey = ({ isKey }: PlannedColumn): boolean => isKey;
  const equals = ({ quoted }: PlannedColumn): string => `${quoted}=`;
  const hasOneKey = plan.key.length === 1;
  const keyCell = (column: PlannedColumn): CellWriter => keyLiteral(column, literals);
  const checkedCell = (column: PlannedColumn): CellWriter =>
    exact(plan, column, sqlCell(column, literals), literals.test(column));
  return {
    values: rowOf(
      plan,
      taken,
      (column) => ended(checkedCell(column), COMMA),
      (write) => tuple(write),
    ),
    line: rowOf(
      plan,
      taken,
      (column) =>
        ended(
          exact(plan, column, nullable(column, loadCells[column.source.kind], NULL_LOAD), literals.test(column)),
          TAB,
        ),
      (write) => closed(write, NEWLINE),
    ),
    key: hasOneKey
      ? rowOf(plan, isKey, keyCell, (write) => write)
      : named(plan, isKey, equals, keyCell, ' AND ', (write) => tuple(write)),
    where: named(plan, isKey, equals, keyCell, ' AND ', (write) => unended(write)),
    assignments: named(plan, taken, equals, checkedCell, ',', (write) => unended(write)),
    image: compileImage(plan, isMariaDb, literals),
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
  cellOf: (column: PlannedColumn) => CellWriter,
  separator: string,
  frame: (write: RowWriter) => RowWriter,
): RowWriter {
  const behind = Buffer.from(separator);
  const text = plan.columns.reduce((sum, column) => sum + Buffer.byteLength(before(column)) + behind.length, 0);
  const cut = (write: RowWriter): RowWriter => frame(shortened(write, behind.length - 1));
  return rowOf(plan, isChosen, (column) => between(before(column), cellOf(column), behind), cut, text);
}

function compileImage(plan: TablePlan, isMariaDb: boolean, literals: Literals): RowWriter {
  const collation = isMariaDb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  const behind = Buffer.from(' AND ');
  const isCompared = ({ target }: PlannedColumn): boolean => target !== undefined;
  const cell = (column: PlannedColumn): CellWriter => {
    const [open, close] = comparison(column.target, collation, isMariaDb);
    const literal = between(open, literals.cell(kindOf(column)), Buffer.from(close));
    return between(`${column.quoted}<=>`, nullable(column, literal, NULL_SQL), behind);
  };
  const text = plan.columns.length * 60 + plan.columns.reduce((sum, { quoted }) => sum + quoted.length * 3, 0);
  return rowOf(plan, isCompared, cell, (write) => unended(shortened(write, behind.length - 1)), text);
}

/** A literal that a column is compared with. NOTE to MariaDB `x'05'` is a text, which is no number to compare a BIT with. */
function keyLiteral(column: PlannedColumn, literals: Literals): CellWriter {
  if (column.target?.dataType !== 'bit') return sqlCell(column, literals);
  const [open, close] = AS_NUMBER;
  return nullable(column, between(open, literals.cell(column.source.kind), Buffer.from(close)), NULL_SQL);
}

const AS_NUMBER: [string, string] = ['CAST(CONV(HEX(', '),16,10) AS UNSIGNED)'];

/** What stands around a literal so that it equals only the same bytes: text by a binary collation, JSON as JSON. */
function comparison(target: TargetColumn | undefined, collation: string, isMariaDb: boolean): [string, string] {
  if (target?.dataType === 'bit') return AS_NUMBER;
  if (target?.dataType === 'json' && !isMariaDb) return ['CAST(', ' AS JSON)'];
  if (target !== undefined && /^(char|varchar|(tiny|medium|long)?text)$/.test(target.dataType)) {
    return ['', ` COLLATE ${collation}`];
  }
  return ['', ''];
}

function sqlCell(column: PlannedColumn, literals: Literals): CellWriter {
  return nullable(column, literals.cell(kindOf(column)), NULL_SQL);
}

/** MariaDB's JSON is a text column, and so may be the target of any server. */
function kindOf({ source, target }: PlannedColumn): CellKind {
  return source.kind === 'json' && target?.dataType !== 'json' ? 'text' : source.kind;
}

/** Refuses a value that the target's column would not hold as it is and would change in silence. */
function exact(
  { target }: TablePlan,
  column: PlannedColumn,
  write: CellWriter,
  isExact: ExactTest | undefined,
): CellWriter {
  if (isExact === undefined) return write;
  const { nullBranch } = column.source;
  const hasValue = (from: Source): boolean => nullBranch === undefined || from.bytes[from.at] !== nullBranch * 2;
  const past = nullBranch === undefined ? 0 : 1;
  return (from, to) => {
    if (hasValue(from)) {
      from.at += past;
      if (!isExact(from)) throw inexact(`${target.schema}.${target.table}`, column);
      from.at -= past;
    }
    write(from, to);
  };
}

function inexact(table: string, { source, target }: PlannedColumn): ReplicationError {
  return new ReplicationError(
    'TARGET_REFUSED',
    `column ${source.name} of table ${table} is ${target?.columnType}, narrower than ${source.type} of the source: a value came that it would not hold as it is`,
    `give the column the type of the source: ALTER TABLE ${table} MODIFY ${source.name} …; it is tried again every few seconds`,
  );
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
