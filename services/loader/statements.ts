import { ByteSink, type PagePool, type Source } from './byte-sink.ts';
import type { MergedBatch, NetChanges } from './merger.ts';
import { DELETE, INSERT } from './record-head.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import type { RowWriter } from './row-writers.ts';
import { toAfter, toBefore } from './table-plan.ts';
import { quoteName } from './target-table.ts';

/** One thing that the target session does, in order. */
export type Step =
  | { readonly kind: 'statement'; readonly plan: CompiledPlan; readonly sql: string }
  | { readonly kind: 'load'; readonly plan: CompiledPlan; readonly sql: string; readonly lines: ByteSink }
  | { readonly kind: 'row'; readonly plan: CompiledPlan; readonly event: RowEvent };

export type StatementOptions = {
  readonly isMariaDb: boolean;
  /** Largest statement, bytes; below the server's max_allowed_packet unless one row is larger. */
  readonly maxBytes: number;
  readonly pool: PagePool;
  /** False while a table is kept off LOAD DATA. */
  readonly mayLoad: (plan: CompiledPlan) => boolean;
};

const MAX_ROWS = 1_000;
const MAX_KEYS = 500;
const MIN_LOAD_ROWS = 200;

/** The bytes of an event's image were not what its schema says. */
export class MalformedRow extends Error {
  readonly offset: string;
  constructor(offset: string, detail: string) {
    super(detail);
    this.offset = offset;
  }
}

/** Steps of a merged batch: all deletes, then all upserts (values of unique keys become free before they are taken), then the tables that keep their order. */
export function buildSteps({ tables, ordered }: MergedBatch, options: StatementOptions): Step[] {
  return [
    ...tables.flatMap((changes) => deleteSteps(changes.plan, touchedKeys(changes), options)),
    ...tables.flatMap((changes) => upsertSteps(changes, options)),
    ...orderedSteps(ordered, options),
  ];
}

function touchedKeys({ plan, deletes, upserts }: NetChanges): RowEvent[] {
  return plan.kind === 'reinsert' ? [...deletes, ...upserts] : deletes;
}

function upsertSteps({ plan, upserts }: NetChanges, options: StatementOptions): Step[] {
  if (upserts.length === 0) return [];
  if (plan.kind === 'load' && upserts.length >= MIN_LOAD_ROWS && options.mayLoad(plan)) {
    return [loadStep(plan, upserts, options)];
  }
  return insertSteps(plan, upserts, options);
}

function orderedSteps(events: readonly RowEvent[], options: StatementOptions): Step[] {
  const steps: Step[] = [];
  for (let from = 0; from < events.length; ) {
    const first = events[from] as RowEvent;
    if (first.plan.kind !== 'runs') {
      steps.push({ kind: 'row', plan: first.plan, event: first });
      from++;
      continue;
    }
    let to = from + 1;
    while (to < events.length && belongsToRun(first, events[to] as RowEvent)) to++;
    const run = events.slice(from, to);
    steps.push(
      ...(first.op === DELETE ? deleteSteps(first.plan, run, options) : insertSteps(first.plan, run, options)),
    );
    from = to;
  }
  return steps;
}

function belongsToRun(first: RowEvent, next: RowEvent): boolean {
  return next.plan === first.plan && (next.op === DELETE) === (first.op === DELETE);
}

function loadStep(plan: CompiledPlan, events: readonly RowEvent[], { pool }: StatementOptions): Step {
  const lines = new ByteSink(pool);
  const from: Source = { bytes: Buffer.alloc(0), at: 0 };
  for (const event of events) writeAfter(event, plan.write.line, from, lines);
  return { kind: 'load', plan, sql: loadSql(plan), lines };
}

/** Binary columns come as hex through a variable: LOAD DATA has no escape for bytes that are no text. */
function loadSql(plan: CompiledPlan): string {
  const taken = plan.columns.filter(({ target }) => target !== undefined);
  const fields = taken.map(({ source, quoted }, index) => (source.kind === 'bytes' ? `@c${index}` : quoted));
  const sets = taken.flatMap(({ source, quoted }, index) =>
    source.kind === 'bytes' ? [`${quoted}=UNHEX(@c${index})`] : [],
  );
  const set = sets.length === 0 ? '' : ` SET ${sets.join(',')}`;
  return `LOAD DATA LOCAL INFILE 'rows' REPLACE INTO TABLE ${plan.target.quoted} CHARACTER SET utf8mb4 (${fields.join(',')})${set}`;
}

/** reinsert: a plain INSERT, its keys were deleted before. Else the row is set whether it is there or not. */
function insertSteps(plan: CompiledPlan, events: readonly RowEvent[], options: StatementOptions): Step[] {
  const head = insertHead(plan);
  const tail = plan.kind === 'reinsert' ? '' : onDuplicateKey(plan, options.isMariaDb);
  const list: ListParts = { head, tail, maxRows: MAX_ROWS, write: plan.write.values, toImage: toAfter };
  return listSteps(plan, events, list, options);
}

export function insertHead(plan: CompiledPlan): string {
  const names = plan.columns.filter(({ target }) => target !== undefined).map(({ quoted }) => quoted);
  return `INSERT INTO ${plan.target.quoted} (${names.join(',')}) VALUES `;
}

function onDuplicateKey(plan: CompiledPlan, isMariaDb: boolean): string {
  const taken = plan.columns.filter(({ target }) => target !== undefined);
  const others = taken.filter(({ isKey }) => !isKey);
  const set = (others.length > 0 ? others : taken).map(({ quoted }) =>
    isMariaDb ? `${quoted}=VALUES(${quoted})` : `${quoted}=n.${quoted}`,
  );
  return `${isMariaDb ? '' : ' AS n'} ON DUPLICATE KEY UPDATE ${set.join(',')}`;
}

function deleteSteps(plan: CompiledPlan, events: readonly RowEvent[], options: StatementOptions): Step[] {
  if (events.length === 0) return [];
  const from = `DELETE FROM ${plan.target.quoted} WHERE `;
  const [key] = plan.source.key;
  const isSingle = plan.source.key.length === 1 && key !== undefined;
  // NOTE MariaDB reads the whole table for `(a,b) IN (…)`; both servers use the key for `(a=1 AND b=2) OR …`.
  const list: ListParts = {
    head: isSingle ? `${from}${quoteName(key)} IN (` : from,
    tail: isSingle ? ')' : '',
    separator: isSingle ? ',' : ' OR ',
    maxRows: MAX_KEYS,
    write: plan.write.key,
    toImage: toEither,
  };
  return listSteps(plan, events, list, options);
}

/** The image that bears the key: the new one, or the old one of a delete. */
function toEither(plan: CompiledPlan, from: Source, event: RowEvent): boolean {
  return event.op === DELETE ? toBefore(plan, from) : toAfter(plan, from);
}

type ListParts = {
  readonly head: string;
  readonly tail: string;
  readonly separator?: string;
  readonly maxRows: number;
  readonly write: RowWriter;
  readonly toImage: (plan: CompiledPlan, from: Source, event: RowEvent) => boolean;
};

function listSteps(
  plan: CompiledPlan,
  events: readonly RowEvent[],
  list: ListParts,
  { pool, maxBytes }: StatementOptions,
): Step[] {
  const steps: Step[] = [];
  const from: Source = { bytes: Buffer.alloc(0), at: 0 };
  const separator = list.separator ?? ',';
  for (let index = 0; index < events.length; ) {
    const out = new ByteSink(pool);
    out.writeText(list.head);
    for (let rows = 0; index < events.length && rows < list.maxRows; rows++, index++) {
      const event = events[index] as RowEvent;
      if (rows > 0 && out.length + 2 * event.value.length > maxBytes) break;
      if (rows > 0) out.writeText(separator);
      writeImage(event, list.toImage, list.write, from, out);
    }
    out.writeText(list.tail);
    steps.push({ kind: 'statement', plan, sql: out.text() });
    out.release();
  }
  return steps;
}

function writeAfter(event: RowEvent, write: RowWriter, from: Source, to: ByteSink): void {
  writeImage(event, toAfter, write, from, to);
  if (from.at !== event.value.length) throw new MalformedRow(event.offset, 'its length is not what its schema says');
}

function writeImage(
  event: RowEvent,
  toImage: ListParts['toImage'],
  write: RowWriter,
  from: Source,
  to: ByteSink,
): void {
  from.bytes = event.value;
  from.at = event.bodyAt;
  if (!toImage(event.plan, from, event))
    throw new MalformedRow(event.offset, 'it lacks the row image that its op needs');
  try {
    write(from, to);
  } catch (error) {
    throw new MalformedRow(event.offset, error instanceof Error ? error.message : String(error));
  }
  if (from.at > event.value.length) throw new MalformedRow(event.offset, 'it ends inside a row image');
}

/** The statements that set or remove one row, for tables that are applied row by row. */
export type RowStatements = { readonly insert: string; readonly update: string; readonly delete: string };

export function rowStatements(event: RowEvent, pool: PagePool): RowStatements {
  const { plan, op } = event;
  const table = plan.target.quoted;
  const isKeyless = plan.kind === 'keyless';
  const find = isKeyless ? plan.write.image : plan.write.where;
  const limit = isKeyless ? ' LIMIT 1' : '';
  const old = op === INSERT ? '' : imageText(event, toBefore, find, pool);
  if (op === DELETE) return { insert: '', update: '', delete: `DELETE FROM ${table} WHERE ${old}${limit}` };
  const place = op === INSERT ? imageText(event, toAfter, find, pool) : old;
  return {
    insert: `${insertHead(plan)}${imageText(event, toAfter, plan.write.values, pool)}`,
    update: `UPDATE ${table} SET ${imageText(event, toAfter, plan.write.assignments, pool)} WHERE ${place}${limit}`,
    delete: '',
  };
}

function imageText(event: RowEvent, toImage: ListParts['toImage'], write: RowWriter, pool: PagePool): string {
  const out = new ByteSink(pool);
  writeImage(event, toImage, write, { bytes: event.value, at: 0 }, out);
  const text = out.text();
  out.release();
  return text;
}
