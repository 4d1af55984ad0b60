import type { Mapping } from '../model/channel.ts';
import type { TableName } from '../model/table-pattern.ts';
import { type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import { columnFit } from './column-fit.ts';
import { mappedFacts, ruleProblems } from './mapped-facts.ts';
import { nameOf } from './source-tables.ts';
import type { ColumnFacts, TableFacts } from './table-facts.ts';

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
  if (found.isView) return [checkError('TARGET_IS_VIEW', `${name} is a view`, 'map to the table behind it')];
  return [
    ...engineProblem(found, name),
    ...triggerWarning(found, name),
    ...(source === undefined
      ? []
      : comparedColumns(mapping ? mappedFacts(source, mapping, found) : source, found, name)),
    ...(source === undefined || mapping === undefined ? [] : ruleProblems(source, mapping)),
  ];
}

function engineProblem({ engine }: TableFacts, name: string): CheckProblem[] {
  if (TRANSACTIONAL.has(engine.toLowerCase())) return [];
  const message = `${name} uses ${engine}, which has no transactions: rows and progress could not be stored together`;
  return [checkError('TARGET_ENGINE', message, `ALTER TABLE ${name.split(' ')[0]} ENGINE = InnoDB`)];
}

function triggerWarning({ triggers }: TableFacts, name: string): CheckProblem[] {
  if (triggers.length === 0) return [];
  const message = `${name} has the triggers ${triggers.join(', ')}: what triggers of the source wrote arrives as rows, so these would write it twice`;
  return [
    checkWarning(
      'TARGET_TRIGGER',
      message,
      'drop them in the target, or let them do nothing for the user of the loader',
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
