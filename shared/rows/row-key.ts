import type { Source } from '../codec/avro-bytes.ts';
import type { RowEvent } from './row-event.ts';
import { toAfter, toBefore } from './table-plan.ts';

/** The key columns of a row image as their bytes in the record: equal for equal values. */
export function keyOfImage({ plan, value, bodyAt }: RowEvent, image: 'before' | 'after'): string {
  const from: Source = { bytes: value, at: bodyAt };
  if (!(image === 'before' ? toBefore(plan, from) : toAfter(plan, from))) return '';
  let key = '';
  for (const { source, isKey } of plan.columns) {
    const start = from.at;
    source.skip(from);
    if (isKey) key += value.toString('latin1', start, from.at);
  }
  return key;
}

/** Whether a delete or an insert is half of a change of the record's key: it bears the other image too. */
export function isKeyMove({ plan, value, bodyAt }: RowEvent): boolean {
  const from: Source = { bytes: value, at: bodyAt };
  return toBefore(plan, from) && toAfter(plan, { bytes: value, at: bodyAt });
}
