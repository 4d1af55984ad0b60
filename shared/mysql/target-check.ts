import type { Mapping } from '../model/channel.ts';
import { isNamePattern } from '../model/name-pattern-fault.ts';
import type { TableName } from '../model/table-pattern.ts';
import { compileRoutes } from '../model/table-route.ts';
import { asReplicationError } from '../runtime/errors.ts';
import {
  type CheckedServer,
  type CheckProblem,
  checkError,
  checkWarning,
  placeOf,
  problemOf,
} from './check-problem.ts';
import { type Connection, type MysqlAddress, namedLoss, openConnection } from './connection.ts';
import { readGrants } from './grants.ts';
import { mergeWarning } from './mapped-facts.ts';
import { onServer } from './mapped-tables.ts';
import { readServerFacts, type ServerFacts } from './server-facts.ts';
import { attempt, errorsFirst, readAccount } from './source-check.ts';
import { keyOf, readSchemas, readTables, type TableFacts } from './table-facts.ts';
import { checkDdlGrants, checkTargetGrants, checkTargetSettings } from './target-settings.ts';
import { checkTargetTable, type TablePair } from './target-tables.ts';

/** `ddl` of a mapping, left out: apply. */
export type TargetPipeline = { readonly name: string; readonly mappings: readonly Mapping[] };

const MANY = 50;

/**
 * Looks whether a server is fit to be written: settings, grants, the mapped tables and their columns. Reads only, runs everything and reports
 * all at once; never throws for what a server answers. With the tables of the source (from `checkSource`) columns are compared too; without
 * them only tables that are mapped by name are looked for.
 */
export async function checkTarget(
  address: MysqlAddress,
  pipelines: readonly TargetPipeline[],
  sourceTables?: readonly TableFacts[],
): Promise<CheckProblem[]> {
  let connection: Connection | undefined;
  const appliesDdl = pipelines.some(({ mappings }) => mappings.some(({ ddl = 'apply' }) => ddl === 'apply'));
  try {
    connection = await openConnection(address, 'TARGET');
    connection.on('error', () => {});
    return errorsFirst(await inspect(connection, placeOf(address), tablePairs(pipelines, sourceTables), appliesDdl));
  } catch (error) {
    return [problemOf(asReplicationError(namedLoss(error, 'TARGET', placeOf(address))))];
  } finally {
    await connection?.end().catch(() => {});
  }
}

/** What stands against each of some tables of a target, in their order. Errors: TARGET_…. */
export function checkTargetTables(address: MysqlAddress, pairs: readonly TablePair[]): Promise<CheckProblem[][]> {
  return onServer(address, 'TARGET', async (connection) => {
    const server = { place: placeOf(address), account: await readAccount(connection) };
    const folded = foldsNames(await readServerFacts(connection))
      ? pairs.map((pair) => ({ ...pair, target: lowerCase(pair.target) }))
      : pairs;
    const existing = new Set(await readSchemas(connection));
    const tables = await readTables(
      connection,
      folded.map(({ target }) => target),
    );
    const found = new Map(tables.map((table) => [keyOf(table), table]));
    return folded.map((pair) =>
      existing.has(pair.target.schema)
        ? checkTargetTable(pair, found.get(keyOf(pair.target)), server.place)
        : [schemaMissing(pair.target.schema, server)],
    );
  });
}

/** With lower_case_table_names 1 or 2 the server compares names of schemas and tables in lower case. */
function foldsNames({ variables }: ServerFacts): boolean {
  return (variables.get('lower_case_table_names') ?? '0') !== '0';
}

async function inspect(
  connection: Connection,
  place: string,
  pairs: readonly TablePair[],
  appliesDdl: boolean,
): Promise<CheckProblem[]> {
  const server = { place, account: await readAccount(connection) };
  const facts = await readServerFacts(connection);
  const grants = await readGrants(connection);
  const folds = foldsNames(facts);
  const folded = folds ? pairs.map((pair) => ({ ...pair, target: lowerCase(pair.target) })) : pairs;
  const targets = folded.map(({ target }) => target);
  return [
    ...checkTargetSettings(facts, grants, server),
    ...(folds ? foldedNames(pairs, place) : []),
    ...checkTargetGrants(grants, targets, server),
    ...(appliesDdl ? checkDdlGrants(grants, targets, server) : []),
    ...(await attempt(place, 'the tables', () => inspectTables(connection, server, folded))),
  ];
}

/** Tables that the source tells apart by upper and lower case and the target does not. */
function foldedNames(pairs: readonly TablePair[], place: string): CheckProblem[] {
  const spellings = Map.groupBy(new Map(pairs.map(({ target }) => [keyOf(target), target])).values(), (target) =>
    keyOf(lowerCase(target)),
  );
  return [...spellings.values()]
    .filter((names) => names.length > 1)
    .map((names) => {
      const list = names.map(({ schema, table }) => `${schema}.${table}`).join(', ');
      const message = `${place} does not tell upper from lower case in names (lower_case_table_names): ${list} would be one table`;
      return checkError('TARGET_NAMES_COLLIDE', message, 'map them to names that differ in more than case');
    });
}

function lowerCase({ schema, table }: TableName): TableName {
  return { schema: schema.toLowerCase(), table: table.toLowerCase() };
}

async function inspectTables(
  connection: Connection,
  server: CheckedServer,
  pairs: readonly TablePair[],
): Promise<CheckProblem[]> {
  const existing = new Set(await readSchemas(connection));
  const names = pairs.map(({ target }) => target);
  const found = new Map((await readTables(connection, names)).map((table) => [keyOf(table), table]));
  const missing = [...new Set(names.map(({ schema }) => schema))].filter((schema) => !existing.has(schema));
  const tables = pairs
    .filter(({ target }) => existing.has(target.schema))
    .flatMap((pair) => checkTargetTable(pair, found.get(keyOf(pair.target)), server.place));
  const merged = [...Map.groupBy(pairs, ({ target }) => keyOf(target)).values()].flatMap((group) =>
    mergeProblems(group, found),
  );
  return [...missing.map((schema) => schemaMissing(schema, server)), ...capped([...tables, ...merged], server.place)];
}

function mergeProblems(pairs: readonly TablePair[], found: ReadonlyMap<string, TableFacts>): CheckProblem[] {
  const [first] = pairs;
  const table = first === undefined ? undefined : found.get(keyOf(first.target));
  if (first?.mapping === undefined || table === undefined) return [];
  return mergeWarning(
    first.target,
    pairs.flatMap(({ source }) => source ?? []),
    table,
    first.mapping,
  );
}

function schemaMissing(schema: string, { place, account }: CheckedServer): CheckProblem {
  const remedy = `CREATE DATABASE \`${schema}\` and its tables, and let ${account} use them`;
  return checkError(
    'TARGET_SCHEMA_MISSING',
    `the schema ${schema} does not exist on ${place}, or ${account} may not see it`,
    remedy,
  );
}

function capped(problems: readonly CheckProblem[], place: string): CheckProblem[] {
  if (problems.length <= MANY) return [...problems];
  const rest = problems.slice(MANY);
  const make = rest.some(({ severity }) => severity === 'error') ? checkError : checkWarning;
  return [
    ...problems.slice(0, MANY),
    make('MORE', `${rest.length} more findings about tables of ${place}`, 'mend these first and check again'),
  ];
}

/** Where each table goes, once per target table and source table. */
function tablePairs(
  pipelines: readonly TargetPipeline[],
  sourceTables: readonly TableFacts[] | undefined,
): TablePair[] {
  const pairs = new Map<string, TablePair>();
  for (const { mappings } of pipelines) {
    const routeOf = compileRoutes(mappings);
    for (const source of sourceTables ?? []) {
      const route = routeOf(source);
      if (route !== undefined) pairs.set(keyOf(route.target) + keyOf(source), { ...route, source });
    }
    for (const { delete: logical } of mappings) {
      const history = logical?.history;
      if (history !== undefined) pairs.set(keyOf(history), { target: history, source: undefined });
    }
    if (sourceTables !== undefined) continue;
    for (const { to } of mappings) {
      if (!isNamePattern(to.schema) && !isNamePattern(to.table))
        pairs.set(keyOf(to), { target: to, source: undefined });
    }
  }
  return [...pairs.values()];
}
