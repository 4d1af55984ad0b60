import { DELETE, INSERT, PART, STATEMENT } from '../../../shared/codec/record-head.ts';
import { readPart } from '../../../shared/codec/row-part.ts';
import { logOf, readStream, type StreamRecord } from '../../../shared/control/stream-reader.ts';
import type { RangeReader } from '../../../shared/kafka/range-reader.ts';
import { type Concern, type MappedTable, statementOf } from './concern.ts';
import type { Preview } from './seek-schemas.ts';

/** A move of one partition. `at`: the nearest offset to `from` that the topic holds. */
export type Move = { readonly partition: number; readonly from: bigint; readonly at: bigint; readonly to: bigint };

const READ_LIMIT = 1_000_000;
const STATEMENT_LIMIT = 100;
const EPOCH_FACTOR = 2 ** 40;

type Counts = Preview['tables'][number];

/** Counts what the topic holds for the pipeline between the two ends of the moves; reads at most 1,000,000 records. A record that is in the topic twice counts once. */
export async function previewMoves(reader: RangeReader, moves: readonly Move[], concern: Concern): Promise<Preview> {
  const tables = new Map<string, Counts>();
  const transactions = new Set<number>();
  const statements = new Map<string, Preview['statements'][number]>();
  let [first, last]: (StreamRecord | undefined)[] = [];
  let read = 0;
  const countsOf = ({ table, target }: MappedTable): Counts => {
    const counts = tables.get(table) ?? { table, target, inserts: 0, updates: 0, deletes: 0 };
    tables.set(table, counts);
    return counts;
  };
  for (const { partition, at, to } of moves) {
    const [begin, end] = at < to ? [at, to] : [to, at];
    let [epoch, serial] = [-1, -1];
    for await (const record of readStream(reader, partition, begin, end)) {
      if (++read > READ_LIMIT) break;
      const { head } = record;
      if (head.epoch < epoch || (head.epoch === epoch && head.serial <= serial)) continue;
      [epoch, serial] = [head.epoch, head.serial];
      if (!concern.has(record)) continue;
      transactions.add(head.epoch * EPOCH_FACTOR + head.transaction);
      if (first === undefined || isBefore(record, first)) first = record;
      if (last === undefined || isBefore(last, record)) last = record;
      if (head.op === STATEMENT) {
        const id = `${head.epoch}-${head.transaction}`;
        if (statements.size < STATEMENT_LIMIT) statements.set(id, { id, ...statementOf(record) });
      } else {
        const table = concern.tableOf(record);
        if (table !== undefined) addRow(record, countsOf(table));
      }
    }
  }
  const counted = [...tables.values()];
  return {
    isComplete: read <= READ_LIMIT,
    transactions: transactions.size,
    rows: counted.reduce((sum, { inserts, updates, deletes }) => sum + inserts + updates + deletes, 0),
    tables: counted.toSorted((a, b) => (a.table < b.table ? -1 : 1)),
    statements: [...statements.values()],
    ...(first === undefined ? {} : { first: placeOf(first) }),
    ...(last === undefined ? {} : { last: placeOf(last) }),
  };
}

/** A row in pieces counts with its first piece. */
function addRow({ head, value }: StreamRecord, counts: Counts): void {
  const part = head.op === PART ? readPart(value, head.bodyAt) : undefined;
  if (part !== undefined && part.index > 0) return;
  const op = part?.op ?? head.op;
  if (op === INSERT) counts.inserts++;
  else if (op === DELETE) counts.deletes++;
  else counts.updates++;
}

function isBefore({ head: a }: StreamRecord, { head: b }: StreamRecord): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.transaction < b.transaction);
}

function placeOf(record: StreamRecord): NonNullable<Preview['first']> {
  return { ...logOf(record), committedAt: new Date(record.head.committed / 1000).toISOString() };
}
