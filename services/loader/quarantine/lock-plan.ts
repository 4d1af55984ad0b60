import type { TableName } from '../../../shared/model/table-pattern.ts';
import type { TablePlan } from '../../../shared/rows/table-plan.ts';
import type { RowLinks } from './row-links.ts';

/** A key whose values tie a row to others. */
export type LockKey = {
  /** `schema.table` that has the key. */
  readonly table: string;
  /** Table and columns of the key. */
  readonly id: string;
  /** Columns of the row with its values. One that the record does not bear is left out, and then more rows seem to depend on each other. */
  readonly columns: readonly string[];
};

/** Which values of a table's rows are locks. */
export type LockPlan = {
  readonly own: readonly LockKey[];
  /** Of `own`, the keys to which children refer. */
  readonly referenced: readonly LockKey[];
  readonly parents: readonly LockKey[];
  /** What finds a row; none when nothing does. */
  readonly row: readonly LockKey[];
  readonly wanted: ReadonlySet<string>;
};

export function planLocks(plan: TablePlan, { foreignKeys, cutColumns }: RowLinks): LockPlan {
  const { target, key, rowErrors } = plan;
  const here = nameOf(target);
  const known = new Set(plan.source.columns.map(({ name }) => name).filter((name) => !cutColumns.has(name)));
  const referencedColumns = foreignKeys
    .filter(({ parent }) => nameOf(parent) === here)
    .map((link) => link.parentColumns);
  const unique = [key, target.primaryKey, ...target.uniqueKeys.map(({ columns }) => columns)];
  const own = distinct(
    [...unique, ...referencedColumns]
      .filter((columns) => columns.length > 0)
      .map((columns) => lockKey(here, columns, columns)),
  );
  const referencedIds = new Set(referencedColumns.map((columns) => lockKey(here, columns, columns).id));
  const parents = foreignKeys
    .filter(({ child }) => nameOf(child) === here)
    .map(({ parent, parentColumns, columns }) => lockKey(nameOf(parent), parentColumns, columns));
  const withKnown = (lock: LockKey): LockKey => ({ ...lock, columns: lock.columns.filter((name) => known.has(name)) });
  // NOTE the whole table waits when nothing names its rows, and when its policy asks for it.
  const isWhole = key.length === 0 || rowErrors === 'pause-table';
  const whole: LockKey[] = isWhole ? [{ table: here, id: `${here} *`, columns: [] }] : [];
  return {
    own: [...own.map(withKnown), ...whole],
    referenced: own.filter(({ id }) => referencedIds.has(id)).map(withKnown),
    parents: distinct(parents).map(withKnown),
    row: key.length > 0 && key.every((name) => known.has(name)) ? [lockKey(here, key, key)] : [],
    wanted: new Set([...own, ...parents].flatMap(({ columns }) => columns)),
  };
}

export function nameOf({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

/** The columns of a key in one order, whichever key names them. `values`: where the row has them, in the order of `columns`. */
function lockKey(table: string, columns: readonly string[], values: readonly string[]): LockKey {
  const order = columns.map((name, index) => ({ name, value: values[index] ?? name }));
  order.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { table, id: `${table} ${order.map(({ name }) => name).join()}`, columns: order.map(({ value }) => value) };
}

function distinct(keys: readonly LockKey[]): LockKey[] {
  return [...new Map(keys.map((key) => [`${key.id} ${key.columns.join()}`, key])).values()];
}
