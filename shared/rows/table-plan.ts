import type { Source } from '../codec/avro-bytes.ts';
import { INSERT } from '../codec/record-head.ts';
import type { RowErrorPolicy } from '../model/channel.ts';
import { type ColumnFit, columnFit, isKnownKind } from '../mysql/column-fit.ts';
import { columnFacts } from '../mysql/column-type.ts';
import { quoteName, type TargetColumn, type TargetTable } from '../mysql/target-table.ts';
import { ReplicationError } from '../runtime/errors.ts';
import type { RowColumn, RowSchema } from './row-schema.ts';

/**
 * How the events of one source table (in one version of its schema) are applied to one target table.
 *
 * load: LOAD DATA … REPLACE, for big batches; else as upsert. Only where no other row can be touched.
 * upsert: deletes, then INSERT … ON DUPLICATE KEY UPDATE; no unique key but the one that names the row.
 * reinsert: another unique key is there, on which ON DUPLICATE KEY UPDATE would fire too: delete every touched row, then insert.
 * linked: foreign keys whose tables have an order: upserts, parents first, then deletes, children first.
 * rows: in source order: other foreign keys, a trigger, columns of the target's own beside a unique key, or a target that is keyed in another way.
 * keyless: nothing names a row: in source order, by full image, one row for each event.
 * append: nothing names a row and only inserts are applied. skip: nothing is applied.
 */
export type ApplyKind = 'load' | 'upsert' | 'reinsert' | 'linked' | 'rows' | 'keyless' | 'append' | 'skip';

/** What a mapping says about tables in which nothing names a row; `columns` name it though no key of the target does. */
export type KeyPolicy = {
  readonly columns?: readonly string[] | undefined;
  readonly noKey: 'match' | 'append' | 'skip';
};

export type TablePlan = {
  readonly source: RowSchema;
  readonly sourceName: string;
  readonly target: TargetTable;
  readonly kind: ApplyKind;
  /** Columns that name the row: the source's primary key, else a unique key of the target, else the declared ones; empty when nothing does. */
  readonly key: readonly string[];
  /** Whether the record's own key names the row; else the key is read from the row image. */
  readonly isRecordKeyed: boolean;
  /** Per source column, where it goes; undefined: nowhere (a generated column of the target). */
  readonly columns: readonly PlannedColumn[];
  /** Bytes of a record key that name the table; the rest names the row. */
  readonly keyPrefixBytes: number;
  /** What becomes of a row that the target refuses. */
  readonly rowErrors: RowErrorPolicy;
};

export type PlannedColumn = {
  readonly source: RowColumn;
  readonly target: TargetColumn | undefined;
  readonly quoted: string;
  readonly isKey: boolean;
  /** Not every value of the source fits: each one is checked that the server would change in silence. */
  readonly isNarrower: boolean;
};

export type PlanOptions = {
  readonly canLoad: boolean;
  readonly keyPolicy?: KeyPolicy | undefined;
  /** Left out: pause-channel. */
  readonly rowErrors?: RowErrorPolicy;
};

const MATCH: KeyPolicy = { noKey: 'match' };

/** Errors: TARGET_CHECK_FAILED naming the columns that the target lacks or that are of another kind. */
export function planTable(source: RowSchema, target: TargetTable, options: PlanOptions): TablePlan {
  const sourceName = `${source.schema}.${source.table}`;
  requireColumns(source, target, sourceName);
  const key = chooseKey(source, target, options.keyPolicy ?? MATCH);
  const columns = source.columns.map((column) => planColumn(column, target, key));
  const isNarrower = columns.some((column) => column.isNarrower);
  return {
    source,
    sourceName,
    target,
    key,
    isRecordKeyed: source.key.length > 0,
    kind: chooseKind(source, target, key, { ...options, canLoad: options.canLoad && !isNarrower }),
    columns,
    keyPrefixBytes: Buffer.byteLength(JSON.stringify([source.schema, source.table])) - 1,
    rowErrors: options.rowErrors ?? 'pause-channel',
  };
}

function requireColumns(source: RowSchema, target: TargetTable, sourceName: string): void {
  const name = `table ${target.schema}.${target.table} of the target`;
  const missing = source.columns.filter((column) => !target.columns.has(column.name)).map((column) => column.name);
  if (missing.length > 0) {
    throw new ReplicationError(
      'TARGET_CHECK_FAILED',
      `${name} lacks what ${sourceName} has: column ${missing.join(', ')}`,
      'add the column to the target table (it goes on by itself within seconds), or leave the table out of the mappings',
    );
  }
  const other = source.columns.filter((column) => fitOf(column, target) === 'other');
  if (other.length === 0) return;
  const list = other.map(({ name, type }) => `${name} is ${target.columns.get(name)?.columnType}, not ${type}`);
  throw new ReplicationError(
    'TARGET_CHECK_FAILED',
    `${name} cannot take what ${sourceName} has: ${list.join('; ')}`,
    'give the column of the target table the type of the source (it goes on by itself within seconds), or leave the table out of the mappings',
  );
}

function fitOf(column: RowColumn, target: TargetTable): ColumnFit {
  const found = target.columns.get(column.name);
  if (found === undefined || found.isGenerated) return 'fits';
  const facts = columnFacts(column);
  const fit = columnFit(facts, found);
  return fit === 'other' && !isKnownKind(facts) ? 'narrower' : fit;
}

function planColumn(column: RowColumn, target: TargetTable, key: readonly string[]): PlannedColumn {
  const found = target.columns.get(column.name);
  return {
    source: column,
    target: found?.isGenerated ? undefined : found,
    quoted: quoteName(column.name),
    isKey: key.includes(column.name),
    isNarrower: fitOf(column, target) === 'narrower',
  };
}

function chooseKey(source: RowSchema, target: TargetTable, policy: KeyPolicy): readonly string[] {
  if (source.key.length > 0) return source.key;
  const known = new Set(source.columns.map(({ name }) => name));
  const isKnown = (columns: readonly string[]): boolean =>
    columns.length > 0 && columns.every((name) => known.has(name) && target.columns.get(name)?.isGenerated === false);
  const unique = [
    target.primaryKey,
    ...target.uniqueKeys.filter(({ namesRows }) => namesRows).map(({ columns }) => columns),
  ];
  return unique.find(isKnown) ?? [policy.columns ?? []].find(isKnown) ?? [];
}

function chooseKind(source: RowSchema, target: TargetTable, key: readonly string[], options: PlanOptions): ApplyKind {
  const { noKey } = options.keyPolicy ?? MATCH;
  if (key.length === 0) return noKey === 'match' ? 'keyless' : noKey;
  const others = keysBeside(target, key);
  if (others === undefined || target.hasTrigger) return 'rows';
  const { foreignKeys } = target;
  if (foreignKeys !== undefined) {
    const hasOrder = foreignKeys.rank !== undefined && foreignKeys.toPrimaryKeys && !hasTextKey(target, key);
    return hasOrder && others === 0 ? 'linked' : 'rows';
  }
  const hasOwnColumns = [...target.columns.values()].some(
    (column) => !column.isGenerated && source.columns.every(({ name }) => name !== column.name),
  );
  if (others > 0) return hasOwnColumns ? 'rows' : 'reinsert';
  // NOTE JSON of MySQL goes by INSERT: its DECIMALs need an expression each.
  const hasJson = source.columns.some(({ name }) => target.columns.get(name)?.dataType === 'json');
  return options.canLoad && !hasOwnColumns && !hasJson ? 'load' : 'upsert';
}

/** How many unique keys there are beside this one; undefined when it is none itself. */
function keysBeside({ primaryKey, uniqueKeys }: TargetTable, key: readonly string[]): number | undefined {
  const isKey = (columns: readonly string[]): boolean =>
    columns.length === key.length && columns.every((name) => key.includes(name));
  const all = [...(primaryKey.length === 0 ? [] : [primaryKey]), ...uniqueKeys.map(({ columns }) => columns)];
  return all.some(isKey) ? all.filter((columns) => !isKey(columns)).length : undefined;
}

/** Whether two keys that differ in their bytes may name one row. */
export function hasTextKey({ columns }: TargetTable, key: readonly string[]): boolean {
  return key.some((name) => columns.get(name)?.charset !== undefined);
}

/** Events of these kinds are merged per row; the others keep their order. */
export function isMerged(kind: ApplyKind): boolean {
  return kind === 'load' || kind === 'upsert' || kind === 'reinsert';
}

/** Whether the policy for tables without a key leaves events of this kind out. */
export function isLeftOut({ kind }: TablePlan, op: number): boolean {
  return kind === 'skip' || (kind === 'append' && op !== INSERT);
}

/** Moves to the row image `before`; false when the record has none. Leaves `from` behind the image's union branch. */
export function toBefore(plan: TablePlan, from: Source): boolean {
  return from.bytes[from.at++] === plan.source.beforeBranch * 2;
}

/** Moves from the start of the body to the row image `after`, stepping over `before`; false when the record has none. */
export function toAfter(plan: TablePlan, from: Source): boolean {
  if (toBefore(plan, from)) for (const { skip } of plan.source.columns) skip(from);
  return from.bytes[from.at++] === plan.source.afterBranch * 2;
}
