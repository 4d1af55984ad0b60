import type { Mapping } from '../model/channel.ts';
import type { TableName } from '../model/table-pattern.ts';
import { compileRoutes } from '../model/table-route.ts';
import { asReplicationError } from '../runtime/errors.ts';
import { type CheckProblem, placeOf } from './check-problem.ts';
import { type Connection, type MysqlAddress, namedLoss, openConnection, type Side } from './connection.ts';
import { checkMappings, checkSourceTables, type PipelineTables } from './source-tables.ts';
import { holdsRows, keyOf, readSchemas, readTableNames, readTables, type TableFacts } from './table-facts.ts';

/** A table of the source that a mapping takes, and the name that it has at the target. */
export type MappedTable = {
  readonly pipeline: string;
  readonly rule: Mapping;
  /** Of the mapping, from 0. */
  readonly mapping: number;
  readonly from: TableName;
  readonly to: TableName;
};
export type MappedTables = {
  readonly tables: readonly MappedTable[];
  /** Mappings that take no table. */
  readonly problems: readonly { readonly pipeline: string; readonly problem: CheckProblem }[];
};
export type SourceTable = { readonly facts: TableFacts; readonly problems: readonly CheckProblem[] };

/** Which tables of a server the pipelines take at present; shadows of changes in progress are left out. Errors: SOURCE_…. */
export function readMappedTables(address: MysqlAddress, pipelines: readonly PipelineTables[]): Promise<MappedTables> {
  return onServer(address, 'SOURCE', async (connection) => {
    const names = await readTableNames(connection);
    const schemas = await readSchemas(connection);
    const holding = names.filter(holdsRows);
    return {
      tables: pipelines.flatMap((pipeline) => routed(pipeline, holding)),
      problems: pipelines.flatMap((pipeline) =>
        checkMappings(pipeline, names, schemas, placeOf(address)).map((problem) => ({
          pipeline: pipeline.name,
          problem,
        })),
      ),
    };
  });
}

/** Tables that mappings name without a pattern, for when the source cannot be asked. */
export function namedTables(pipeline: PipelineTables, isPattern: (name: string) => boolean): MappedTable[] {
  const names = pipeline.mappings.map(({ from }) => from);
  return routed(
    pipeline,
    names.filter(({ schema, table }) => !isPattern(schema) && !isPattern(table)),
  );
}

/** Structure of tables of a source and what stands against reading them, by `keyOf`. Errors: SOURCE_…. */
export function readSourceTables(
  address: MysqlAddress,
  names: readonly TableName[],
): Promise<ReadonlyMap<string, SourceTable>> {
  return onServer(address, 'SOURCE', async (connection) => {
    const tables = await readTables(connection, names);
    return new Map(
      tables.map((facts) => [keyOf(facts), { facts, problems: checkSourceTables([facts], placeOf(address)) }]),
    );
  });
}

/** A look at a server over a connection of its own. Errors: SOURCE_… or TARGET_…. */
export async function onServer<T>(
  address: MysqlAddress,
  side: Side,
  look: (connection: Connection) => Promise<T>,
): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(address, side);
    connection.on('error', () => {});
    return await look(connection);
  } catch (error) {
    throw asReplicationError(namedLoss(error, side, placeOf(address)));
  } finally {
    await connection?.end().catch(() => {});
  }
}

function routed({ name, mappings }: PipelineTables, tables: readonly TableName[]): MappedTable[] {
  const routeOf = compileRoutes(mappings);
  return tables.flatMap(({ schema, table }) => {
    const route = routeOf({ schema, table });
    if (route === undefined || route.isShadow) return [];
    const { mapping: rule, index: mapping, target: to } = route;
    return [{ pipeline: name, rule, mapping, from: { schema, table }, to }];
  });
}
