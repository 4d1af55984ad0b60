import type { Source } from '../codec/avro-bytes.ts';
import { DELETE } from '../codec/record-head.ts';
import { quoteName } from '../mysql/target-table.ts';
import { ReplicationError } from '../runtime/errors.ts';
import { ByteSink, type PagePool } from './byte-sink.ts';
import type { MergedBatch, NetChanges } from './merger.ts';
import type { CompiledPlan, RowEvent } from './row-event.ts';
import type { RowWriter } from './row-writers.ts';
import { hasTextKey, type TablePlan, toAfter, toBefore } from './table-plan.ts';

/** One thing that the target session does, in order. */
export type Step = StatementStep | LoadStep | RowStep;

/** What the step expects of the target, when it can tell: rows that the source had before the batch. */
type Expectation = {
  /** Rows of the statement that should be there already; 0: it does not matter. */
  readonly expected: number;
};
export type StatementStep = Expectation & {
  readonly kind: 'statement';
  readonly plan: CompiledPlan;
  readonly sql: string;
  /** A statement without lasting effect that tells by its affected rows how many of the expected rows are missing; undefined: the statement's own affected rows tell it. */
  readonly probe: (() => string) | undefined;
};
export type LoadStep = Expectation & {
  readonly kind: 'load';
  readonly plan: CompiledPlan;
  readonly sql: string;
  readonly probe: string;
  readonly lines: ByteSink;
};
export type RowStep = { readonly kind: 'row'; readonly plan: CompiledPlan; readonly event: RowEvent };

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
const LARGE_ROW_BYTES = 1 << 20;

/** The bytes of an event's image were not what its schema says. */
export class MalformedRow extends Error {
  readonly offset: string;
  constructor(offset: string, detail: string) {
    super(detail);
    this.offset = offset;
  }
}

/**
 * Steps of a merged batch: all deletes, then all upserts (values of unique keys become free before they are taken); then the tables that foreign keys order,
 * upserts before deletes, so that no row loses its parent in between; then the tables that keep their order.
 */
export function buildSteps({ tables, linked, ordered }: MergedBatch, options: StatementOptions): Step[] {
  return [
    ...tables.flatMap((changes) => freeingSteps(changes, options)),
    ...tables.flatMap((changes) => upsertSteps(changes, options)),
    ...linked.flatMap((changes) => upsertSteps(changes, options)),
    ...linked.toReversed().flatMap(({ plan, deletes }) => deleteSteps(plan, deletes, 0, options)),
    ...ordered.map((event): Step => ({ kind: 'row', plan: event.plan, event })),
  ];
}

function freeingSteps({ plan, deletes, inserts, updates }: NetChanges, options: StatementOptions): Step[] {
  if (plan.kind !== 'reinsert') return deleteSteps(plan, deletes, 0, options);
  return [...deleteSteps(plan, [...deletes, ...inserts], 0, options), ...deleteSteps(plan, updates, 1, options)];
}

function upsertSteps({ plan, inserts, updates }: NetChanges, options: StatementOptions): Step[] {
  if (plan.kind === 'reinsert') return insertSteps(plan, [...inserts, ...updates], 0, options);
  return [...settingSteps(plan, inserts, 0, options), ...settingSteps(plan, updates, 1, options)];
}

/** Each row is set, whether it is there or not. `expected`: 1 when it should be. */
function settingSteps(
  plan: CompiledPlan,
  events: readonly RowEvent[],
  expected: 0 | 1,
  options: StatementOptions,
): Step[] {
  if (events.length === 0) return [];
  if (plan.kind !== 'load' || !options.mayLoad(plan)) return insertSteps(plan, events, expected, options);
  if (events.length >= MIN_LOAD_ROWS) return [loadStep(plan, events, expected, options)];
  const large = events.filter(isLarge);
  if (large.length === 0) return insertSteps(plan, events, expected, options);
  const small = events.filter((event) => !isLarge(event));
  return [...insertSteps(plan, small, expected, options), loadStep(plan, large, expected, options)];
}

/** LOAD DATA sends it in pieces, where a statement would have to stand in memory as one text. */
function isLarge({ value }: RowEvent): boolean {
  return value.length > LARGE_ROW_BYTES;
}

function loadStep(plan: CompiledPlan, events: readonly RowEvent[], expected: 0 | 1, { pool }: StatementOptions): Step {
  const lines = new ByteSink(pool);
  const from: Source = { bytes: Buffer.alloc(0), at: 0 };
  for (const event of events) writeAfter(event, plan.write.line, from, lines);
  return {
    kind: 'load',
    plan,
    sql: loadSql(plan, 'REPLACE'),
    probe: loadSql(plan, 'IGNORE'),
    lines,
    expected: expected * events.length,
  };
}

/** Binary columns come as hex through a variable: LOAD DATA has no escape for bytes that are no text. */
export function loadSql(plan: TablePlan, onDuplicate: 'REPLACE' | 'IGNORE'): string {
  const taken = plan.columns.filter(({ target }) => target !== undefined);
  const fields = taken.map(({ source, quoted }, index) => (source.kind === 'bytes' ? `@c${index}` : quoted));
  const sets = taken.flatMap(({ source, quoted }, index) =>
    source.kind === 'bytes' ? [`${quoted}=UNHEX(@c${index})`] : [],
  );
  const set = sets.length === 0 ? '' : ` SET ${sets.join(',')}`;
  return `LOAD DATA LOCAL INFILE 'rows' ${onDuplicate} INTO TABLE ${plan.target.quoted} CHARACTER SET utf8mb4 (${fields.join(',')})${set}`;
}

/** reinsert: a plain INSERT, its keys were deleted before. Else the row is set whether it is there or not. */
function insertSteps(
  plan: CompiledPlan,
  events: readonly RowEvent[],
  expected: 0 | 1,
  options: StatementOptions,
): Step[] {
  const head = insertHead(plan);
  const tail = plan.kind === 'reinsert' ? '' : onDuplicateKey(plan, options.isMariaDb);
  const probeOf = (sql: string): string => `INSERT IGNORE${sql.slice('INSERT'.length, sql.length - tail.length)}`;
  const list: ListParts = {
    head,
    tail,
    maxRows: MAX_ROWS,
    write: plan.write.values,
    toImage: toAfter,
    expected,
    probeOf,
  };
  return listSteps(plan, events, list, options);
}

export function insertHead(plan: CompiledPlan): string {
  const names = plan.columns.filter(({ target }) => target !== undefined).map(({ quoted }) => quoted);
  return `INSERT INTO ${plan.target.quoted} (${names.join(',')}) VALUES `;
}

function onDuplicateKey(plan: CompiledPlan, isMariaDb: boolean): string {
  const taken = plan.columns.filter(({ target }) => target !== undefined);
  const others = taken.filter(({ isKey }) => !isKey);
  const alias = plan.target.table.toLowerCase() === 'n' ? 'm' : 'n';
  // NOTE a text key may be found by another spelling of it, which is to change too.
  const set = (others.length > 0 && !hasTextKey(plan.target, plan.key) ? others : taken).map(({ quoted }) =>
    isMariaDb ? `${quoted}=VALUES(${quoted})` : `${quoted}=${alias}.${quoted}`,
  );
  return `${isMariaDb ? '' : ` AS ${alias}`} ON DUPLICATE KEY UPDATE ${set.join(',')}`;
}

function deleteSteps(
  plan: CompiledPlan,
  events: readonly RowEvent[],
  expected: 0 | 1,
  options: StatementOptions,
): Step[] {
  if (events.length === 0) return [];
  const from = `DELETE FROM ${plan.target.quoted} WHERE `;
  const [key] = plan.key;
  const isSingle = plan.key.length === 1 && key !== undefined;
  // NOTE MariaDB reads the whole table for `(a,b) IN (…)`; both servers use the key for `(a=1 AND b=2) OR …`.
  const list: ListParts = {
    head: isSingle ? `${from}${quoteName(key)} IN (` : from,
    tail: isSingle ? ')' : '',
    separator: isSingle ? ',' : ' OR ',
    maxRows: MAX_KEYS,
    write: plan.write.key,
    toImage: toEither,
    expected,
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
  readonly expected: 0 | 1;
  readonly probeOf?: (sql: string) => string;
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
    const first = index;
    for (let rows = 0; index < events.length && rows < list.maxRows; rows++, index++) {
      const event = events[index] as RowEvent;
      if (rows > 0 && out.length + 2 * event.value.length > maxBytes) break;
      if (rows > 0) out.writeText(separator);
      writeImage(event, list.toImage, list.write, from, out);
    }
    out.writeText(list.tail);
    const sql = out.text();
    out.release();
    const { probeOf } = list;
    const probe = probeOf && ((): string => probeOf(sql));
    steps.push({ kind: 'statement', plan, sql, expected: list.expected * (index - first), probe });
  }
  return steps;
}

function writeAfter(event: RowEvent, write: RowWriter, from: Source, to: ByteSink): void {
  writeImage(event, toAfter, write, from, to);
  if (from.at !== event.value.length) throw new MalformedRow(event.offset, 'its length is not what its schema says');
}

/** Errors: MalformedRow; TARGET_REFUSED for a value that the target would not hold as it is. */
export function writeImage(
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
    if (error instanceof ReplicationError) throw error;
    throw new MalformedRow(event.offset, error instanceof Error ? error.message : String(error));
  }
  if (from.at > event.value.length) throw new MalformedRow(event.offset, 'it ends inside a row image');
}
