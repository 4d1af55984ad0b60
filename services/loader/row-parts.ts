import type { RowPart } from '../../shared/codec/row-part.ts';

/** Joins the pieces of one row after the other. */
export class RowParts {
  private pieces: Buffer[] = [];

  /** The body of the whole record when this was its last piece. Throws a RangeError for a piece that does not follow. */
  add({ index, count, data }: RowPart): Buffer | undefined {
    if (index === 0) this.pieces = [];
    if (index !== this.pieces.length) {
      throw new RangeError(
        `it is piece ${index + 1} of ${count} of a large row, and the ${index} before it were not read; begin at the start of the row`,
      );
    }
    this.pieces.push(data);
    if (this.pieces.length < count) return undefined;
    const whole = Buffer.concat(this.pieces);
    this.pieces = [];
    return whole;
  }
}
