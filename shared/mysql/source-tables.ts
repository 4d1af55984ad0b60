import type { Mapping } from '../model/channel.ts';
import type { TableName } from '../model/table-pattern.ts';
import { compileOwn } from '../model/table-route.ts';
import { type CheckedServer, type CheckProblem, checkError, checkWarning } from './check-problem.ts';
import type { Grants } from './grants.ts';
import { unsupportedType } from './supported-types.ts';
import { holdsRows, type NamedTable, type TableFacts } from './table-facts.ts';

/** Tables listed by name in a message before the rest is only counted. */
const NAMED = 20;

export type PipelineTables = { readonly name: string; readonly mappings: readonly Mapping[] };

/** The base tables that each mapping means. */
export function matchedTables(mapping: Mapping, tables: readonly NamedTable[]): NamedTable[] {
  const matches = compileOwn(mapping);
  return tables.filter((table) => holdsRows(table) && matches(table));
}

/** Mappings that mean no table: an error for a name, a warning for a pattern, whose tables may come later. */
export function checkMappings(
  pipeline: PipelineTables,
  tables: readonly NamedTable[],
  schemas: readonly string[],
  place: string,
): CheckProblem[] {
  return pipeline.mappings.flatMap((mapping) => {
    if (matchedTables(mapping, tables).length > 0) return [];
    const { schema, table } = mapping.from;
    const name = `${schema}.${table}`;
    const who = `pipeline ${pipeline.name}`;
    if (isPattern(schema) || isPattern(table)) {
      const remedy =
        'mend the pattern, or leave it if the tables are still to be created; the user sees only what it may SELECT';
      return [
        checkWarning('PATTERN_MATCHES_NOTHING', `${who} maps ${name}, which matches no table of ${place}`, remedy),
      ];
    }
    const other = tables.find((each) => each.schema === schema && each.table === table);
    if (other !== undefined) {
      return [
        checkError(
          'TABLE_IS_VIEW',
          `${who} maps ${name} of ${place}, which is a ${other.kind}`,
          'map tables: those that the view reads, or those that take numbers from the sequence',
        ),
      ];
    }
    const missing = schemas.includes(schema) ? `the table ${name}` : `the schema ${schema}`;
    const remedy = `mend the name (upper and lower case count), create it, or GRANT SELECT ON \`${schema}\`.* so that the user can see it`;
    return [
      checkError(
        'TABLE_UNKNOWN',
        `${who} maps ${name}, and ${place} has not ${missing} or hides it from this user`,
        remedy,
      ),
    ];
  });
}

function isPattern(part: string): boolean {
  return part.includes('*') || /^\/.+\/$/.test(part) || /\[\d+-\d+\]/.test(part);
}

/** System-versioned tables, columns that cannot be read yet, tables without a primary key. */
export function checkSourceTables(tables: readonly TableFacts[], place: string): CheckProblem[] {
  const refused = tables.flatMap((table) => {
    const columns = table.columns.flatMap((column) => {
      const why = unsupportedType(column);
      return why === undefined ? [] : [`${column.name} (${why})`];
    });
    if (columns.length === 0) return [];
    const remedy = 'leave the table out of the mappings, or change these columns';
    return [
      checkError(
        'SOURCE_TYPE_UNSUPPORTED',
        `${nameOf(table)} of ${place} has columns that are not covered yet: ${columns.join(', ')}`,
        remedy,
      ),
    ];
  });
  const keyless = tables.filter(({ primaryKey }) => primaryKey.length === 0);
  return [
    ...versionedError(tables, place),
    ...refused.slice(0, NAMED),
    ...more(refused, place),
    ...keylessWarning(keyless, place),
  ];
}

function versionedError(tables: readonly TableFacts[], place: string): CheckProblem[] {
  const versioned = tables.filter(({ kind }) => kind === 'versioned');
  if (versioned.length === 0) return [];
  return [
    checkError(
      'SOURCE_TYPE_UNSUPPORTED',
      `system-versioned on ${place}, so that the rows of their history would arrive as rows: ${nameList(versioned)}`,
      'exclude these tables in the mappings, or ALTER TABLE … DROP SYSTEM VERSIONING',
    ),
  ];
}

function more(refused: readonly CheckProblem[], place: string): CheckProblem[] {
  if (refused.length <= NAMED) return [];
  return [
    checkError(
      'SOURCE_TYPE_UNSUPPORTED',
      `${refused.length - NAMED} more tables of ${place} have such columns`,
      'mend these first and check again',
    ),
  ];
}

function keylessWarning(tables: readonly TableFacts[], place: string): CheckProblem[] {
  if (tables.length === 0) return [];
  const message = `without a primary key on ${place}: ${nameList(tables)}; their rows are found by a unique key of the target without NULLs, else by the mapping's key, else by all their columns, which is slow and cannot be replayed`;
  return [
    checkWarning(
      'NO_PRIMARY_KEY',
      message,
      'ALTER TABLE … ADD PRIMARY KEY (…), or leave these tables out of the mappings',
    ),
  ];
}

/** Mapped tables that the user may not SELECT, by schema. */
export function checkSelectGrant(
  grants: Grants,
  tables: readonly TableName[],
  { place, account }: CheckedServer,
): CheckProblem[] {
  const denied = tables.filter(({ schema, table }) => !grants.onTable(schema, table, 'SELECT'));
  const schemas = [...new Set(denied.map(({ schema }) => schema))];
  return schemas.map((schema) => {
    const names = nameList(denied.filter((table) => table.schema === schema));
    return checkError(
      'GRANT_SELECT',
      `${account} may not read ${names} of ${place}`,
      `GRANT SELECT ON \`${schema}\`.* TO ${account}`,
    );
  });
}

export function nameOf({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

/** `a.b, a.c and 7 more` */
export function nameList(tables: readonly TableName[]): string {
  const shown = tables.slice(0, NAMED).map(nameOf).join(', ');
  return tables.length > NAMED ? `${shown} and ${tables.length - NAMED} more` : shown;
}
