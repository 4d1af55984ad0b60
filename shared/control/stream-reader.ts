import {
  emptyHead,
  HEARTBEAT,
  type LogPlace,
  type RecordHead,
  readHead,
  readLog,
  SELECTION,
  schemaIdOf,
} from '../codec/record-head.ts';
import type { RangeReader } from '../kafka/range-reader.ts';

/** A numbered record of a rows topic: heartbeats and selections are left out, and so is what is not ours. */
export type StreamRecord = {
  readonly offset: bigint;
  readonly key: string;
  readonly value: Buffer;
  readonly head: RecordHead;
};

const SMALL_FETCH_BYTES = 64 << 10;
const BACK_STEP = 1_000n;

/** The records between two offsets. */
export async function* readStream(
  reader: RangeReader,
  partition: number,
  from: bigint,
  to: bigint,
  maxBytes?: number,
): AsyncGenerator<StreamRecord> {
  for await (const { offset, key, value } of reader.read(partition, from, to, maxBytes)) {
    const head = emptyHead();
    if (value === null || schemaIdOf(value) === undefined || !readHead(value, { bytes: value, at: 0 }, head)) continue;
    if (head.op !== HEARTBEAT && head.op !== SELECTION) yield { offset, key, value, head };
  }
}

export function logOf({ value, head }: StreamRecord): LogPlace {
  return readLog(value, head.logAt);
}

type Bounds = { readonly partition: number; readonly low: bigint; readonly high: bigint };

/** The first record for which it holds, where it holds for all that follow; the end of the partition when for none. A few small fetches, however long the topic. */
export async function firstWhere(
  reader: RangeReader,
  { partition, low, high }: Bounds,
  holds: (record: StreamRecord) => boolean,
): Promise<bigint> {
  let [begin, end] = [low, high];
  let first = high;
  while (begin < end) {
    const middle = (begin + end) / 2n;
    const found = await nextRecord(reader, partition, middle, end);
    if (found !== undefined && !holds(found)) {
      begin = found.offset + 1n;
      continue;
    }
    end = middle;
    if (found !== undefined) first = found.offset;
  }
  return first;
}

async function nextRecord(
  reader: RangeReader,
  partition: number,
  from: bigint,
  to: bigint,
): Promise<StreamRecord | undefined> {
  for await (const record of readStream(reader, partition, from, to, SMALL_FETCH_BYTES)) return record;
  return undefined;
}

/** Where the transaction begins in whose middle the offset lies; the offset itself when it lies between two transactions. */
export async function transactionBegin(
  reader: RangeReader,
  { partition, low, high }: Bounds,
  offset: bigint,
): Promise<bigint> {
  const here = offset >= high ? undefined : await nextRecord(reader, partition, offset, high);
  if (here === undefined) return offset;
  let begin = offset;
  for await (const record of readBack(reader, { partition, low }, offset)) {
    if (record.head.last || !isSame(record.head, here.head)) return begin;
    begin = record.offset;
  }
  return begin;
}

/** The records before an offset, the nearest first. */
export async function* readBack(
  reader: RangeReader,
  { partition, low }: Pick<Bounds, 'partition' | 'low'>,
  offset: bigint,
): AsyncGenerator<StreamRecord> {
  for (let end = offset; end > low; ) {
    const from = end - BACK_STEP > low ? end - BACK_STEP : low;
    const before: StreamRecord[] = [];
    for await (const record of readStream(reader, partition, from, end)) before.push(record);
    yield* before.toReversed();
    end = from;
  }
}

function isSame(a: RecordHead, b: RecordHead): boolean {
  return a.epoch === b.epoch && a.transaction === b.transaction;
}
