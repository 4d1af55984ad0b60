import type { Mapping } from '../model/channel.ts';
import type { TableName } from '../model/table-pattern.ts';
import { type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import { columnFit } from './column-fit.ts';
import { mappedFacts, ruleProblems } from './mapped-facts.ts';
import { nameOf } from './source-tables.ts';
import { type ColumnFacts, holdsRows, type TableFacts } from './table-facts.ts';

/** A table of the source with the table it is written to and the mapping that says so; without its facts when the source was not read. */
export type TablePair = {
  readonly target: TableName;
  readonly source: TableFacts | undefined;
  readonly mapping?: Mapping;
};

const TRANSACTIONAL = new Set(['innodb', 'rocksdb', 'tokudb', 'ndbcluster']);

/** Whether the target table can take every row of the source table. */
export function checkTargetTable(
  { target, source, mapping }: TablePair,
  found: TableFacts | undefined,
  place: string,
): CheckProblem[] {
  const name = `${nameOf(target)} of ${place}`;
  if (found === undefined) {
    const remedy =
      source === undefined
        ? 'create it like the table of the source'
        : `create it like ${nameOf(source)} of the source: SHOW CREATE TABLE ${nameOf(source)} there`;
    return [checkError('TARGET_TABLE_MISSING', `the table ${name} does not exist`, remedy)];
  }
  if (!holdsRows(found)) return [checkError('TARGET_IS_VIEW', `${name} is a ${found.kind}`, 'map to a table')];
  return [
    ...engineProblem(found, source, name),
    ...triggerWarning(found, name),
    ...(source === undefined
      ? []
      : comparedColumns(mapping ? mappedFacts(source, mapping, found) : source, found, name)),
    ...(source === undefined || mapping === undefined ? [] : ruleProblems(source, mapping)),
  ];
}

function engineProblem(
  { engine, primaryKey }: TableFacts,
  source: TableFacts | undefined,
  name: string,
): CheckProblem[] {
  if (TRANSACTIONAL.has(engine.toLowerCase())) return [];
  const remedy = `ALTER TABLE ${name.split(' ')[0]} ENGINE = InnoDB`;
  const message = `${name} uses ${engine}, which has no transactions: rows and progress are not stored together`;
  const isKeyed = primaryKey.length > 0 && (source?.primaryKey.length ?? 1) > 0;
  if (isKeyed) return [checkWarning('TARGET_ENGINE', `${message}, so readers see transactions in part`, remedy)];
  return [checkError('TARGET_ENGINE', `${message}, so rows without a key would come twice after a failure`, remedy)];
}

function triggerWarning({ blindTriggers }: TableFacts, name: string): CheckProblem[] {
  if (blindTriggers.length === 0) return [];
  const message = `${name} has the triggers ${blindTriggers.join(', ')}: what triggers of the source wrote arrives as rows, so these would write it twice`;
  return [
    checkWarning(
      'TARGET_TRIGGER',
      message,
      'drop them in the target, or let their bodies do nothing when the session variable @lutra_apply is set: IF @lutra_apply IS NULL THEN … END IF',
    ),
  ];
}

function comparedColumns(source: TableFacts, found: TableFacts, name: string): CheckProblem[] {
  const columns = new Map(found.columns.map((column) => [column.name, column]));
  const missing = source.columns.filter((column) => !columns.has(column.name));
  const pairs = source.columns.flatMap((column) => {
    const to = columns.get(column.name);
    return to === undefined || to.isGenerated ? [] : [{ from: column, to }];
  });
  return [
    ...missingColumns(missing, source, name),
    ...keyDiffers(source, found, name),
    ...coarserKey(source, found, name),
    ...cascadesDiffer(source, found, name),
    ...extraColumns(source, found, name),
    ...pairs.flatMap(({ from, to }) => typeProblem(from, to, name)),
  ];
}

function missingColumns(missing: readonly ColumnFacts[], source: TableFacts, name: string): CheckProblem[] {
  if (missing.length === 0) return [];
  const list = missing.map((column) => `${column.name} ${column.columnType}`).join(', ');
  const adds = missing.map((column) => `ADD COLUMN \`${column.name}\` ${column.columnType}`).join(', ');
  const message = `${name} lacks columns that ${nameOf(source)} of the source has: ${list}`;
  return [checkError('TARGET_COLUMN_MISSING', message, `ALTER TABLE ${name.split(' ')[0]} ${adds}`)];
}

function keyDiffers(source: TableFacts, found: TableFacts, name: string): CheckProblem[] {
  if (source.primaryKey.length === 0 || source.primaryKey.join() === found.primaryKey.join()) return [];
  const text = (key: readonly string[]): string =>
    key.length === 0 ? 'no primary key' : `the primary key (${key.join(', ')})`;
  const message = `${name} has ${text(found.primaryKey)}, the source has ${text(source.primaryKey)}: rows are written one at a time, and two rows of the source may collide`;
  return [
    checkWarning(
      'PRIMARY_KEY_DIFFERS',
      message,
      `give ${name.split(' ')[0]} the primary key (${source.primaryKey.join(', ')})`,
    ),
  ];
}

/** Two rows of the source whose keys differ in case, accents or spaces at the end would be one row of the target. */
function coarserKey(source: TableFacts, found: TableFacts, name: string): CheckProblem[] {
  const pairs = source.primaryKey.flatMap((column) => {
    const from = source.columns.find((each) => each.name === column)?.collation;
    const to = found.columns.find((each) => each.name === column)?.collation;
    return from !== undefined && to !== undefined && isCoarser(to, from)
      ? [`${column} (${to}, the source ${from})`]
      : [];
  });
  if (pairs.length === 0) return [];
  const message = `${name} compares its key less exactly than the source: ${pairs.join(', ')}; keys that differ only in case, accents or spaces at the end would become one row`;
  return [
    checkWarning('TARGET_KEY_COARSER', message, 'give the key columns of the target the collation of the source'),
  ];
}

function isCoarser(to: string, from: string): boolean {
  const exactness = (collation: string): number =>
    /_bin$/.test(collation) ? 3 : /_cs$/.test(collation) ? 2 : /_as_ci$/.test(collation) ? 1 : 0;
  const keepsSpaces = (collation: string): boolean => /_0900_|nopad|^binary$/.test(collation);
  return exactness(to) < exactness(from) || (keepsSpaces(from) && !keepsSpaces(to));
}

/** MariaDB, and MySQL before 9.6, do not log what a cascade changes: the target has to do the same. MariaDB shows its rules only to those who may more than SELECT. */
function cascadesDiffer(source: TableFacts, found: TableFacts, name: string): CheckProblem[] {
  if (source.cascades.length === 0 || source.cascades.join('; ') === found.cascades.join('; ')) return [];
  const text = (cascades: readonly string[]): string => (cascades.length === 0 ? 'none' : cascades.join('; '));
  const message = `foreign keys that change rows: ${name} has ${text(found.cascades)}, the source has ${text(source.cascades)}; MariaDB, and MySQL before 9.6, do not log what theirs change`;
  return [checkWarning('CASCADES_DIFFER', message, 'give both tables the same ON DELETE and ON UPDATE')];
}

function extraColumns(source: TableFacts, found: TableFacts, name: string): CheckProblem[] {
  const known = new Set(source.columns.map((column) => column.name));
  const bare = found.columns.filter(
    (column) => !known.has(column.name) && !column.isNullable && !column.hasDefault && !column.isGenerated,
  );
  if (bare.length === 0) return [];
  const list = bare.map((column) => column.name).join(', ');
  const message = `${name} has columns that the source does not fill and that have no default: ${list}`;
  return [checkError('TARGET_COLUMN_WITHOUT_DEFAULT', message, `give ${list} a default, or let them be NULL`)];
}

function typeProblem(from: ColumnFacts, to: ColumnFacts, name: string): CheckProblem[] {
  const types = `${name}: ${from.name} is ${typeText(to)}, the source has ${typeText(from)}`;
  const remedy = `ALTER TABLE ${name.split(' ')[0]} MODIFY \`${to.name}\` ${from.columnType}${from.charset === undefined ? '' : ` CHARACTER SET ${from.charset}`}`;
  const nullable =
    from.isNullable && !to.isNullable
      ? [
          checkWarning(
            'TARGET_NOT_NULL',
            `${name}: ${from.name} may not be NULL, in the source it may: such a row stops its pipeline`,
            `ALTER TABLE ${name.split(' ')[0]} MODIFY \`${to.name}\` ${to.columnType} NULL`,
          ),
        ]
      : [];
  switch (columnFit(from, to)) {
    case 'fits':
      return nullable;
    case 'narrower':
      return [
        ...nullable,
        checkWarning('TARGET_TYPE_NARROWER', `${types}: a value that does not fit stops its pipeline`, remedy),
      ];
    case 'other':
      return [...nullable, checkError('TARGET_TYPE_DIFFERS', `${types}, which is of another kind`, remedy)];
  }
}

function typeText({ columnType, charset }: ColumnFacts): string {
  return charset === undefined ? columnType : `${columnType} (${charset})`;
}
