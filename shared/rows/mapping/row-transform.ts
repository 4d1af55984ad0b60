import { DELETE, INSERT, UPDATE } from '../../codec/record-head.ts';
import { type Expression, ExpressionFault } from '../../model/expression.ts';
import { MalformedCell } from '../cells.ts';
import type { CompiledPlan, RowEvent } from '../row-event.ts';
import { MalformedRow } from '../statements.ts';
import { kindName } from './cell-values.ts';
import { expressionFailed, expressionOf, type MappingPlace } from './mapping-place.ts';
import { bodyOf, evaluate, type RowEncoder, type RowMaker } from './row-encoder.ts';
import { ImageReader, type RowImage } from './row-image.ts';

/**
 * One event of the source -> the events that the mapping makes of it. None: the row is not meant. Others than itself: the filter turns an update that
 * leaves or enters into a delete or an insert; a delete becomes a mark; a computed key that changes becomes delete and insert.
 * Errors: EXPRESSION_FAILED, MalformedRow.
 */
export type RowTransform = (event: RowEvent) => readonly RowEvent[];

export type TransformParts<Encoder extends RowMaker = RowEncoder> = {
  readonly place: MappingPlace;
  readonly encoder: Encoder;
  /** Where copies of deleted rows go. */
  readonly history: { readonly plan: CompiledPlan; readonly encoder: Encoder } | undefined;
};

type RewriteParts = TransformParts<RowMaker>;
export type Images = { readonly before: RowImage | undefined; readonly after: RowImage | undefined };
const NOTHING: readonly RowEvent[] = [];

/** Undefined when the events go on as they are. Errors: DOCUMENT_INVALID. */
export function compileTransform(parts: TransformParts): RowTransform | undefined {
  const { place, encoder, history } = parts;
  const { where, delete: logical } = place.mapping;
  const filter = where === undefined ? undefined : expressionOf(place, 'where', where);
  if (filter === undefined && encoder.isIdentity && logical === undefined) return undefined;
  const wanted = new Set([...encoder.wanted, ...(history?.encoder.wanted ?? []), ...(filter?.columns ?? [])]);
  const reader = new ImageReader(place.rows, wanted);
  return (event) => {
    const images = readImages(reader, event);
    const op =
      filter === undefined ? event.op : filtered(event.op, images, (image) => passes(filter, place, image, event));
    if (op === undefined) return NOTHING;
    if (encoder.isIdentity && logical === undefined) return [op === event.op ? event : { ...event, op }];
    return rewritten(parts, event, op, images);
  };
}

function readImages(reader: ImageReader, { value, bodyAt, offset }: RowEvent): Images {
  const from = { bytes: value, at: bodyAt };
  try {
    const images = reader.both(from);
    if (from.at !== value.length) throw new MalformedCell('its length is not what its schema says');
    return images;
  } catch (error) {
    if (error instanceof MalformedCell || error instanceof RangeError) throw new MalformedRow(offset, error.message);
    throw error;
  }
}

/** What the event is to a target that holds only the rows that pass; undefined: nothing. */
export function filtered<T>(
  op: number,
  { before, after }: { readonly before: T | undefined; readonly after: T | undefined },
  passes: (image: T) => boolean,
): number | undefined {
  const was = op !== INSERT && before !== undefined && passes(before);
  const is = op !== DELETE && after !== undefined && passes(after);
  if (was) return is ? UPDATE : DELETE;
  return is ? INSERT : undefined;
}

function passes(filter: Expression, place: MappingPlace, image: RowImage, { offset }: RowEvent): boolean {
  try {
    const found = evaluate(filter, place, image);
    if (typeof found === 'boolean') return found;
    throw new ExpressionFault(`gives ${kindName(found)}, not true or false`, filter.text);
  } catch (error) {
    if (error instanceof ExpressionFault) throw expressionFailed(place, 'where', filter.text, error, offset);
    throw error;
  }
}

/** What the mapping makes of an event that passes its filter. Errors: EXPRESSION_FAILED, MalformedRow. */
export function rewritten(
  parts: RewriteParts,
  event: RowEvent,
  op: number,
  { before, after }: Images,
): readonly RowEvent[] {
  if (op === DELETE) return removed(parts, event, expected(event, before));
  if (op === INSERT) return [written(parts, event, INSERT, undefined, expected(event, after))];
  const [old, row] = [expected(event, before), expected(event, after)];
  const { encoder } = parts;
  const isMoved = encoder.hasComputedKey && !keyOf(encoder, event, old).equals(keyOf(encoder, event, row));
  if (!isMoved) return [written(parts, event, UPDATE, old, row)];
  return [...removed(parts, event, old), written(parts, event, INSERT, undefined, row)];
}

function expected(event: RowEvent, image: RowImage | undefined): RowImage {
  if (image === undefined) throw new MalformedRow(event.offset, 'it lacks the row image that its op needs');
  return image;
}

function written(
  { encoder }: RewriteParts,
  event: RowEvent,
  op: number,
  before: RowImage | undefined,
  after: RowImage,
): RowEvent {
  const { offset } = event;
  const old = before === undefined ? undefined : encoder.row(before, 'alive', offset);
  return remade(encoder, event, op, after, bodyOf(encoder.schema, old, encoder.row(after, 'alive', offset)));
}

function removed(parts: RewriteParts, event: RowEvent, row: RowImage): readonly RowEvent[] {
  const { encoder, history, place } = parts;
  const { offset } = event;
  const old = encoder.row(row, 'alive', offset);
  const isMarked = place.mapping.delete !== undefined;
  const gone = isMarked
    ? remade(encoder, event, UPDATE, row, bodyOf(encoder.schema, old, encoder.row(row, 'deleted', offset)))
    : remade(encoder, event, DELETE, row, bodyOf(encoder.schema, old, undefined));
  return history === undefined ? [gone] : [gone, copied(history, event, row)];
}

function copied(history: NonNullable<RewriteParts['history']>, event: RowEvent, row: RowImage): RowEvent {
  const { plan, encoder } = history;
  const { offset } = event;
  const key = encoder.key(event.key ?? Buffer.alloc(0), plan.keyPrefixBytes, row, offset);
  const value = bodyOf(encoder.schema, undefined, encoder.row(row, 'alive', offset));
  return { ...event, plan, op: INSERT, key, value, bodyAt: 0 };
}

function remade(encoder: RowMaker, event: RowEvent, op: number, row: RowImage, value: Buffer): RowEvent {
  const key = encoder.hasComputedKey ? keyOf(encoder, event, row) : event.key;
  return { ...event, op, key, value, bodyAt: 0 };
}

function keyOf(encoder: RowMaker, { key, plan, offset }: RowEvent, row: RowImage): Buffer {
  return encoder.key(key ?? Buffer.alloc(0), plan.keyPrefixBytes, row, offset);
}
