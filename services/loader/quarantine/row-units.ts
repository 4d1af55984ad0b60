import { DELETE, INSERT, UPDATE } from '../../../shared/codec/record-head.ts';
import { type RowEvent, transformed } from '../../../shared/rows/row-event.ts';
import { isKeyMove } from '../../../shared/rows/row-key.ts';

/**
 * What is refused, waits and is applied as one. `events`: of one record of the source; the delete and the insert that stand for a change of key are one
 * UPDATE, so that neither half is done without the other. `made`: the events that the batch has for it.
 */
export type RowUnit = { readonly events: readonly RowEvent[]; readonly made: readonly RowEvent[] };

/** Events of one record of the source stand together, and so do the two halves of a change of key. */
export function unitsOf(events: readonly RowEvent[]): RowUnit[] {
  const units: RowUnit[] = [];
  for (const record of recordsOf(events)) {
    const before = units.at(-1);
    const moved = before === undefined ? undefined : movedBy(before.made, record);
    if (before === undefined || moved === undefined) units.push({ events: record, made: record });
    else units[units.length - 1] = { events: moved, made: [...before.made, ...record] };
  }
  return units;
}

/** Whether an event is the first half of a change of key, whose second half comes next. */
export function isFirstHalf(event: RowEvent): boolean {
  const origin = event.origin ?? event;
  return origin.op === DELETE && isKeyMove(origin);
}

function recordsOf(events: readonly RowEvent[]): RowEvent[][] {
  const records: RowEvent[][] = [];
  let last: RowEvent | undefined;
  for (const event of events) {
    if (last !== undefined && last.origin !== undefined && last.origin === event.origin) records.at(-1)?.push(event);
    else records.push([event]);
    last = event;
  }
  return records;
}

/** The change of key that two records stand for; undefined when they do not, or when the mapping keeps something of the old row (a mark, a copy). */
function movedBy(first: readonly RowEvent[], second: readonly RowEvent[]): readonly RowEvent[] | undefined {
  const [left, ...more] = first;
  const [arrived, ...others] = second;
  if (left === undefined || arrived === undefined || more.length + others.length > 0) return undefined;
  if (left.op !== DELETE || arrived.op !== INSERT || !isFirstHalf(left)) return undefined;
  const [from, to] = [left.origin ?? left, arrived.origin ?? arrived];
  const isSame = from.plan === to.plan && to.op === INSERT && bodyOf(from).equals(bodyOf(to));
  return isSame ? transformed({ ...to, op: UPDATE }) : undefined;
}

function bodyOf({ value, bodyAt }: RowEvent): Buffer {
  return value.subarray(bodyAt);
}
