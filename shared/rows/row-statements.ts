import type { Source } from '../codec/avro-bytes.ts';
import { DELETE, INSERT } from '../codec/record-head.ts';
import { ByteSink, type PagePool } from './byte-sink.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import { isKeyMove } from './row-key.ts';
import type { RowWriter } from './row-writers.ts';
import { insertHead, writeImage } from './statements.ts';
import { toAfter, toBefore } from './table-plan.ts';

/**
 * The statements that set or remove one row, for tables that are applied row by row. `update` and `remove` find it by its old key, an insert's by the new one;
 * `insert` and `update` are empty for a plain delete.
 */
export type RowStatements = { readonly insert: string; readonly update: string; readonly remove: string };

export function rowStatements(event: RowEvent, pool: PagePool): RowStatements {
  const { plan, op } = event;
  const table = plan.target.quoted;
  const isKeyed = plan.key.length > 0;
  const find = isKeyed ? plan.write.where : plan.write.image;
  const limit = isKeyed ? '' : ' LIMIT 1';
  const place = imageText(event, op === INSERT ? toAfter : toBefore, find, pool);
  const remove = `DELETE FROM ${table} WHERE ${place}${limit}`;
  if (op === DELETE && !isMoved(event)) return { insert: '', update: '', remove };
  return {
    insert: `${insertHead(plan)}${imageText(event, toAfter, plan.write.values, pool)}`,
    update: `UPDATE ${table} SET ${imageText(event, toAfter, plan.write.assignments, pool)} WHERE ${place}${limit}`,
    remove,
  };
}

/** What the event is when the target stands where the source stood before it. */
export function plainStatement(event: RowEvent, pool: PagePool): string {
  const { insert, update, remove } = rowStatements(event, pool);
  if (update === '') return remove;
  return event.op === INSERT && !isMoved(event) ? insert : update;
}

/** Whether a delete and the insert behind it stand for a change of key that must reach the target as one UPDATE, because foreign keys act on it there. */
export function isMoved(event: RowEvent): boolean {
  return event.plan.target.foreignKeys?.cascadesKeys === true && isKeyMove(event);
}

function imageText(
  event: RowEvent,
  toImage: (plan: CompiledPlan, from: Source, event: RowEvent) => boolean,
  write: RowWriter,
  pool: PagePool,
): string {
  const out = new ByteSink(pool);
  writeImage(event, toImage, write, { bytes: event.value, at: 0 }, out);
  const text = out.text();
  out.release();
  return text;
}
