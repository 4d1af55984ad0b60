import type { Source } from '../../codec/avro-bytes.ts';
import type { Row, Value } from '../../model/expression.ts';
import type { RowSchema } from '../row-schema.ts';
import { readCell } from './cell-values.ts';

/** One image of a row of the source: where its cells stand, and the values that expressions read. */
export type RowImage = { readonly bytes: Buffer; readonly starts: readonly number[]; readonly values: Row };

/** Reads images of one schema. Only the columns in `wanted` become values; over the others it only steps. */
export class ImageReader {
  private readonly rows: RowSchema;
  private readonly readers: readonly ((from: Source, values: Map<string, Value>) => void)[];

  constructor(rows: RowSchema, wanted: ReadonlySet<string>) {
    this.rows = rows;
    this.readers = rows.columns.map(({ name, kind, nullBranch, skip }) => {
      if (!wanted.has(name)) return skip;
      const read = readCell[kind];
      return (from, values) => {
        const isNull = nullBranch !== undefined && from.bytes[from.at++] === nullBranch * 2;
        values.set(name, isNull ? null : read(from));
      };
    });
  }

  /** The two images at the start of a record's body; undefined for one that it does not have. */
  both(from: Source): { before: RowImage | undefined; after: RowImage | undefined } {
    const { beforeBranch, afterBranch } = this.rows;
    const before = from.bytes[from.at++] === beforeBranch * 2 ? this.image(from) : undefined;
    const after = from.bytes[from.at++] === afterBranch * 2 ? this.image(from) : undefined;
    return { before, after };
  }

  private image(from: Source): RowImage {
    const values = new Map<string, Value>();
    const starts = [from.at];
    for (const read of this.readers) {
      read(from, values);
      starts.push(from.at);
    }
    return { bytes: from.bytes, starts, values };
  }
}

/** The bytes of one cell. */
export function cellOf({ bytes, starts }: RowImage, column: number): Buffer {
  return bytes.subarray(starts[column], starts[column + 1]);
}

/** Neighbours of kept columns as [first, behind the last], so that their bytes are copied together. */
export function keptRuns(isKept: readonly boolean[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [column, kept] of isKept.entries()) {
    const last = runs.at(-1);
    if (!kept) continue;
    if (last?.[1] === column) last[1] = column + 1;
    else runs.push([column, column + 1]);
  }
  return runs;
}
