import { readText, type Source } from '../../../shared/codec/avro-bytes.ts';
import { DELETE, INSERT, PART, STATEMENT } from '../../../shared/codec/record-head.ts';
import { readPart } from '../../../shared/codec/row-part.ts';
import { logOf, readStream, type StreamRecord } from '../../../shared/control/stream-reader.ts';
import type { RangeReader } from '../../../shared/kafka/range-reader.ts';
import type { Pipeline } from '../../../shared/model/channel.ts';
import { compileRoutes } from '../../../shared/model/table-route.ts';
import type { Preview } from './seek-schemas.ts';

/** A move of one partition. `at`: the nearest offset to `from` that the topic holds. */
export type Move = { readonly partition: number; readonly from: bigint; readonly at: bigint; readonly to: bigint };

const READ_LIMIT = 1_000_000;
const STATEMENT_LIMIT = 100;
const EPOCH_FACTOR = 2 ** 40;

type Counts = Preview['tables'][number];

/** Counts what the topic holds between the two ends of the moves; reads at most 1,000,000 records. A record that is in the topic twice counts once. */
export async function previewMoves(
  reader: RangeReader,
  moves: readonly Move[],
  { mappings }: Pipeline,
): Promise<Preview> {
  const routeOf = compileRoutes(mappings);
  const tables = new Map<string, Counts | undefined>();
  const transactions = new Set<number>();
  const statements = new Map<string, Preview['statements'][number]>();
  let [first, last]: (StreamRecord | undefined)[] = [];
  let read = 0;
  const countsOf = (key: string): Counts | undefined => {
    const [schema = '', table = ''] = JSON.parse(key) as string[];
    const name = `${schema}.${table}`;
    if (!tables.has(name)) {
      const target = routeOf({ schema, table })?.target;
      const made = { table: name, target: `${target?.schema}.${target?.table}`, inserts: 0, updates: 0, deletes: 0 };
      tables.set(name, target === undefined ? undefined : made);
    }
    return tables.get(name);
  };
  for (const { partition, at, to } of moves) {
    const [begin, end] = at < to ? [at, to] : [to, at];
    let [epoch, serial] = [-1, -1];
    for await (const record of readStream(reader, partition, begin, end)) {
      if (++read > READ_LIMIT) break;
      const { head } = record;
      if (head.epoch < epoch || (head.epoch === epoch && head.serial <= serial)) continue;
      [epoch, serial] = [head.epoch, head.serial];
      transactions.add(head.epoch * EPOCH_FACTOR + head.transaction);
      if (first === undefined || isBefore(record, first)) first = record;
      if (last === undefined || isBefore(last, record)) last = record;
      if (head.op === STATEMENT) {
        const id = `${head.epoch}-${head.transaction}`;
        if (statements.size < STATEMENT_LIMIT) statements.set(id, { id, ...statementOf(record) });
      } else {
        addRow(record, countsOf(record.key));
      }
    }
  }
  const counted = [...tables.values()].filter((each) => each !== undefined);
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
function addRow({ head, value }: StreamRecord, counts: Counts | undefined): void {
  if (counts === undefined) return;
  const part = head.op === PART ? readPart(value, head.bodyAt) : undefined;
  if (part !== undefined && part.index > 0) return;
  const op = part?.op ?? head.op;
  if (op === INSERT) counts.inserts++;
  else if (op === DELETE) counts.deletes++;
  else counts.updates++;
}

function statementOf({ value, head }: StreamRecord): { schema: string; sql: string } {
  const from: Source = { bytes: value, at: head.bodyAt };
  return { schema: readText(from), sql: readText(from) };
}

function isBefore({ head: a }: StreamRecord, { head: b }: StreamRecord): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.transaction < b.transaction);
}

function placeOf(record: StreamRecord): NonNullable<Preview['first']> {
  return { ...logOf(record), committedAt: new Date(record.head.committed / 1000).toISOString() };
}
