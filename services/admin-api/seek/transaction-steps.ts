import { firstWhere, readBack, readStream, type StreamRecord } from '../../../shared/control/stream-reader.ts';
import type { RangeReader } from '../../../shared/kafka/range-reader.ts';
import type { Concern } from './concern.ts';
import type { Found, Stand } from './seek-offsets.ts';

type Transaction = { readonly epoch: number; readonly transaction: number };

/**
 * The places so many transactions behind where the pipeline stands, or before it when `count` is negative; those that concern it count. No partition moves the other way.
 * `notes` say when the topic holds fewer.
 */
export async function stepOver(
  reader: RangeReader,
  stands: readonly Stand[],
  { count, concern }: { readonly count: number; readonly concern: Concern },
  notes: string[],
): Promise<Found[]> {
  const isForward = count > 0;
  const wanted = Math.abs(count);
  const order: typeof compare = isForward ? compare : (a, b) => compare(b, a);
  const found = new Map<string, Transaction>();
  for (const stand of stands) {
    const records = isForward
      ? readStream(reader, stand.partition, stand.at, stand.high)
      : readBack(reader, stand, stand.at);
    const limit = isForward ? wanted + 1 : wanted;
    for (const each of await distinct(records, { limit, order, concern })) {
      found.set(`${each.epoch}-${each.transaction}`, each);
    }
  }
  const ordered = [...found.values()].sort(order);
  const held = isForward ? Math.min(ordered.length, wanted) : ordered.length;
  if (held < wanted)
    notes.push(`the topic holds no more than ${held} transactions ${isForward ? 'behind' : 'before'} this place`);
  const next = isForward ? ordered[wanted] : ordered[Math.min(wanted, ordered.length) - 1];
  return Promise.all(stands.map(async (stand) => ({ stand, offset: await placeOf(reader, stand, isForward, next) })));
}

/** The first `limit` transactions of the records, in their order; what comes again is left out. */
async function distinct(
  records: AsyncGenerator<StreamRecord>,
  { limit, order, concern }: { readonly limit: number; readonly order: typeof compare; readonly concern: Concern },
): Promise<Transaction[]> {
  const found: Transaction[] = [];
  if (limit === 0) return found;
  for await (const record of records) {
    const { head } = record;
    const last = found.at(-1);
    if ((last !== undefined && order(head, last) <= 0) || !concern.has(record)) continue;
    if (found.length === limit) break;
    found.push({ epoch: head.epoch, transaction: head.transaction });
  }
  return found;
}

async function placeOf(
  reader: RangeReader,
  stand: Stand,
  isForward: boolean,
  next: Transaction | undefined,
): Promise<bigint> {
  if (next === undefined) return isForward ? stand.high : stand.at;
  const offset = await firstWhere(reader, stand, ({ head }) => compare(head, next) >= 0);
  return offset > stand.at === isForward ? offset : stand.at;
}

function compare(a: Transaction, b: Transaction): number {
  return a.epoch - b.epoch || a.transaction - b.transaction;
}
