import type { Mapping } from '../../model/channel.ts';
import { type Expression, ExpressionFault } from '../../model/expression.ts';
import type { RowSchema } from '../row-schema.ts';
import { type ComputedType, Unfit } from './cell-values.ts';
import type { MappedSchema } from './mapped-schema.ts';
import { expressionFailed, expressionOf, type MappingPlace } from './mapping-place.ts';
import { cellOf, keptRuns, type RowImage } from './row-image.ts';

type LogicalDelete = NonNullable<Mapping['delete']>;
/** Whether the image is of a row that lives, or of one that is marked as deleted. */
export type Life = 'alive' | 'deleted';
type CellOf = (image: RowImage, life: Life, offset: string) => Buffer;

/** Rows of the mapped schema, made of images of the source's rows. */
export type RowMaker = {
  readonly schema: RowSchema;
  /** Whether a computed column names the row, so that the record's own key does not. */
  readonly hasComputedKey: boolean;
  /** The row as Avro `Row` of the mapped schema. Errors: EXPRESSION_FAILED. */
  row(image: RowImage, life: Life, offset: string): Buffer[];
  /** What names the row at the target, as a record key whose first bytes are those of the record's own. */
  key(own: Buffer, prefixBytes: number, image: RowImage, offset: string): Buffer;
};

/** A record's body with these images. */
export function bodyOf(
  { beforeBranch, afterBranch }: RowSchema,
  before: readonly Buffer[] | undefined,
  after: readonly Buffer[] | undefined,
): Buffer {
  return Buffer.concat([
    branch(beforeBranch, before !== undefined),
    ...(before ?? []),
    branch(afterBranch, after !== undefined),
    ...(after ?? []),
  ]);
}

/** Writes images of the source's rows as rows of a mapped schema: cells that are kept as they are, computed cells behind them. */
export class RowEncoder implements RowMaker {
  readonly schema: RowSchema;
  /** Columns of the source whose values are needed. */
  readonly wanted = new Set<string>();
  readonly hasComputedKey: boolean;
  /** Whether the bytes of a record are already those of the mapped schema. */
  readonly isIdentity: boolean;
  private readonly runs: readonly (readonly [number, number])[];
  private readonly computed: ReadonlyMap<string, CellOf>;
  private readonly keyCells: readonly CellOf[];

  /** Errors: DOCUMENT_INVALID. */
  constructor(place: MappingPlace, mapped: MappedSchema, logical: LogicalDelete | undefined) {
    const { rows, isKept, computed } = mapped;
    this.schema = rows;
    this.runs = keptRuns(isKept);
    this.isIdentity = computed.length === 0 && isKept.every(Boolean);
    this.computed = new Map(
      computed.map((name) => [
        name,
        logical?.mark === name ? markCell(logical, mapped.typeOf(name)) : this.expressionCell(place, mapped, name),
      ]),
    );
    this.hasComputedKey = rows.key.some((name) => this.computed.has(name));
    this.keyCells = rows.key.map((name) => this.computed.get(name) ?? keptCell(place, isKept, rows, name));
  }

  row(image: RowImage, life: Life, offset: string): Buffer[] {
    const { bytes, starts } = image;
    const parts = this.runs.map(([first, behind]) => bytes.subarray(starts[first], starts[behind]));
    for (const cell of this.computed.values()) parts.push(cell(image, life, offset));
    return parts;
  }

  key(own: Buffer, prefixBytes: number, image: RowImage, offset: string): Buffer {
    return Buffer.concat([own.subarray(0, prefixBytes), ...this.keyCells.map((cell) => cell(image, 'alive', offset))]);
  }

  private expressionCell(place: MappingPlace, { typeOf }: MappedSchema, name: string): CellOf {
    const text = place.mapping.columns?.set?.[name] ?? '';
    const where = `set of ${name}`;
    const expression = expressionOf(place, where, text);
    for (const column of expression.columns) this.wanted.add(column);
    const { write } = typeOf(name);
    return (image, _, offset) => {
      try {
        return write(evaluate(expression, place, image));
      } catch (error) {
        if (!(error instanceof ExpressionFault) && !(error instanceof Unfit)) throw error;
        throw expressionFailed(place, where, text, error, offset);
      }
    };
  }
}

export function evaluate(expression: Expression, { rows }: MappingPlace, image: RowImage): unknown {
  return expression.evaluate(image.values, { schema: rows.schema, table: rows.table });
}

function markCell(logical: LogicalDelete, type: ComputedType): CellOf {
  const cells = markCells(logical, type);
  return (_, life) => cells[life];
}

/** The cells of the column that marks a row as deleted. */
export function markCells({ value, alive }: LogicalDelete, { write }: ComputedType): Readonly<Record<Life, Buffer>> {
  return { alive: write(plain(alive)), deleted: write(plain(value)) };
}

function plain(value: LogicalDelete['value']): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** The cell of a column that comes from the source, by its name at the target. */
function keptCell({ rows: source }: MappingPlace, isKept: readonly boolean[], mapped: RowSchema, name: string): CellOf {
  const place = mapped.columns.findIndex((column) => column.name === name);
  const column = source.columns.map((_, index) => index).filter((index) => isKept[index])[place] ?? 0;
  return (image) => cellOf(image, column);
}

function branch(ofRow: number, isThere: boolean): Buffer {
  return Buffer.from([(isThere ? ofRow : 1 - ofRow) * 2]);
}
