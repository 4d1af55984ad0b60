import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Source } from './byte-sink.ts';
import type { RowColumn, RowSchema } from './row-schema.ts';
import { quoteName, type TargetColumn, type TargetTable } from './target-table.ts';

/**
 * How the events of one source table (in one version of its schema) are applied to one target table.
 *
 * load: LOAD DATA … REPLACE, for big batches; else as upsert. Only where no other row can be touched.
 * upsert: deletes, then INSERT … ON DUPLICATE KEY UPDATE; the table has no unique key but the primary one.
 * reinsert: the table has another unique key, on which ON DUPLICATE KEY UPDATE would fire too: delete every touched primary key, then insert.
 * runs: the table has a foreign key: events keep their order among all such tables, neighbours of one kind share a statement.
 * rows: in order and one by one: foreign key and unique key together, a trigger, or a target whose primary key is not the source's key.
 * keyless: the source table has no key: in order and one by one, by full image.
 */
export type ApplyKind = 'load' | 'upsert' | 'reinsert' | 'runs' | 'rows' | 'keyless';

export type TablePlan = {
  readonly source: RowSchema;
  readonly sourceName: string;
  readonly target: TargetTable;
  readonly kind: ApplyKind;
  /** Per source column, where it goes; undefined: nowhere (a generated column of the target). */
  readonly columns: readonly PlannedColumn[];
  /** Bytes of a record key that name the table; the rest names the row. */
  readonly keyPrefixBytes: number;
};

export type PlannedColumn = {
  readonly source: RowColumn;
  readonly target: TargetColumn | undefined;
  readonly quoted: string;
  readonly isKey: boolean;
};

/** Errors: TARGET_CHECK_FAILED naming the columns that the target lacks. */
export function planTable(source: RowSchema, target: TargetTable, canLoad: boolean): TablePlan {
  const missing = source.columns.filter(({ name }) => !target.columns.has(name)).map(({ name }) => name);
  const sourceName = `${source.schema}.${source.table}`;
  if (missing.length > 0) {
    throw new ReplicationError(
      'TARGET_CHECK_FAILED',
      `table ${target.schema}.${target.table} of the target lacks what ${sourceName} has: column ${missing.join(', ')}`,
      'add the column to the target table (it goes on by itself within seconds), or leave the table out of the mappings',
    );
  }
  return {
    source,
    sourceName,
    target,
    kind: chooseKind(source, target, canLoad),
    columns: source.columns.map((column) => {
      const found = target.columns.get(column.name);
      return {
        source: column,
        target: found?.isGenerated ? undefined : found,
        quoted: quoteName(column.name),
        isKey: source.key.includes(column.name),
      };
    }),
    keyPrefixBytes: Buffer.byteLength(JSON.stringify([source.schema, source.table])) - 1,
  };
}

function chooseKind(source: RowSchema, target: TargetTable, canLoad: boolean): ApplyKind {
  if (source.key.length === 0) return 'keyless';
  const hasSameKey =
    source.key.length === target.primaryKey.length && source.key.every((name) => target.primaryKey.includes(name));
  if (!hasSameKey || target.hasTrigger) return 'rows';
  if (target.hasForeignKey) return target.hasOtherUniqueKey ? 'rows' : 'runs';
  if (target.hasOtherUniqueKey) return 'reinsert';
  // NOTE JSON of MySQL goes by INSERT: its DECIMALs need an expression each.
  const hasJson = source.columns.some(({ name }) => target.columns.get(name)?.type === 'json');
  return canLoad && !hasJson ? 'load' : 'upsert';
}

/** Events of these kinds are merged per row; the others keep their order. */
export function isMerged(kind: ApplyKind): boolean {
  return kind === 'load' || kind === 'upsert' || kind === 'reinsert';
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
