import type { Mapping } from '../model/channel.ts';
import { columnRules } from '../model/column-rules.ts';
import { compileExpression } from '../model/expression.ts';
import type { TableName } from '../model/table-pattern.ts';
import { type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import { nameOf } from './source-tables.ts';
import type { ColumnFacts, TableFacts } from './table-facts.ts';

/** A table of the source as the target gets it: columns left out, renamed and computed. What is computed is like the target's column, for it is made to fit. */
export function mappedFacts(source: TableFacts, mapping: Mapping, found: TableFacts): TableFacts {
  const { computed, targetName, isKept, keyOf } = columnRules(mapping);
  const kept = source.columns.filter(({ name }) => isKept(name));
  const key = keyOf(source.primaryKey, found.primaryKey);
  const isSame = key.length === found.primaryKey.length && key.every((name) => found.primaryKey.includes(name));
  return {
    ...source,
    columns: [
      ...kept.map((column) => ({ ...column, name: targetName(column.name) })),
      ...computed.map((name) => found.columns.find((column) => column.name === name) ?? unknownColumn(name)),
    ],
    primaryKey: isSame ? found.primaryKey : key,
  };
}

function unknownColumn(name: string): ColumnFacts {
  const nothing = {
    charset: undefined,
    length: undefined,
    precision: undefined,
    scale: undefined,
    fraction: undefined,
  };
  return {
    name,
    dataType: '',
    columnType: '(computed)',
    isNullable: true,
    isGenerated: false,
    hasDefault: true,
    ...nothing,
  };
}

/** Names in a mapping's rules that the table does not have: of expressions an error, of other rules a warning, since one mapping may mean many tables. */
export function ruleProblems(source: TableFacts, { columns = {}, where, key = [] }: Mapping): CheckProblem[] {
  const known = new Set(source.columns.map(({ name }) => name));
  const unknown = (names: readonly string[]): string[] => names.filter((name) => !known.has(name));
  const { include = [], exclude = [], rename = {}, set = {} } = columns;
  const plain = unknown([...include, ...exclude, ...Object.keys(rename), ...key]);
  const texts = [...Object.values(set), ...(where === undefined ? [] : [where])];
  const table = nameOf(source);
  return [
    ...texts.flatMap((text) => {
      const missing = unknown([...compileExpression(text).columns]);
      if (missing.length === 0) return [];
      const message = `the expression ${JSON.stringify(text)} reads ${missing.join(', ')}, which ${table} of the source does not have`;
      return [
        checkError('EXPRESSION_COLUMN_UNKNOWN', message, 'mend the expression, or exclude the table from the mapping'),
      ];
    }),
    ...(plain.length === 0
      ? []
      : [
          checkWarning(
            'MAPPING_COLUMN_UNKNOWN',
            `a mapping of ${table} names columns that it does not have: ${plain.join(', ')}`,
            'mend the names (upper and lower case count); for tables without them the rule does nothing',
          ),
        ]),
  ];
}

/** Several tables that are merged into one whose key does not tell them apart. */
export function mergeWarning(
  target: TableName,
  sources: readonly TableFacts[],
  found: TableFacts,
  mapping: Mapping,
): CheckProblem[] {
  const computed = Object.keys(mapping.columns?.set ?? {});
  if (sources.length < 2 || computed.some((name) => found.primaryKey.includes(name))) return [];
  const names = sources.slice(0, 3).map(nameOf).join(', ');
  const message = `${sources.length} tables of the source (${names}${sources.length > 3 ? ', …' : ''}) are merged into ${nameOf(target)}: two rows with one key would overwrite each other`;
  return [
    checkWarning(
      'MERGED_KEYS_MAY_COLLIDE',
      message,
      `nothing to do when no key stands in two of them; else add a column to the primary key of ${nameOf(target)} and fill it: columns: {set: {shard: source.table}}`,
    ),
  ];
}
