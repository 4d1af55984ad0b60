import type { Mapping, Start } from '../model/channel.ts';
import { asReplicationError } from '../runtime/errors.ts';
import { type CheckedServer, type CheckProblem, checkError, placeOf, problemOf } from './check-problem.ts';
import { type Connection, isLoss, type MysqlAddress, namedLoss, openConnection } from './connection.ts';
import { readGrants } from './grants.ts';
import { readRows } from './query.ts';
import { readServerFacts, type ServerFacts } from './server-facts.ts';
import { checkLogFilter, checkStart, readSourceLog } from './source-log.ts';
import { checkSourceSettings } from './source-settings.ts';
import { checkMappings, checkSelectGrant, checkSourceTables, matchedTables } from './source-tables.ts';
import { readSchemas, readTableNames, readTables, type TableFacts } from './table-facts.ts';

export type SourcePipeline = {
  readonly name: string;
  readonly mappings: readonly Mapping[];
  /** Left out when the pipeline has a place already, so that its start is not used. */
  readonly start?: Start;
};

export type SourceReport = {
  /** Everything that was found, errors first. */
  readonly problems: readonly CheckProblem[];
  /** The tables that the mappings mean, as far as they could be read; the target check compares with them. */
  readonly tables: readonly TableFacts[];
};

/**
 * Looks whether a server is fit to be read: settings, grants, log, start positions, tables. Reads only, runs everything and reports all at once;
 * never throws for what a server answers.
 */
export async function checkSource(address: MysqlAddress, pipelines: readonly SourcePipeline[]): Promise<SourceReport> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(address, 'SOURCE');
    connection.on('error', () => {});
    const { problems, tables } = await inspect(connection, placeOf(address), pipelines);
    return { problems: errorsFirst(problems), tables };
  } catch (error) {
    return { problems: [problemOf(asReplicationError(namedLoss(error, 'SOURCE', placeOf(address))))], tables: [] };
  } finally {
    await connection?.end().catch(() => {});
  }
}

async function inspect(
  connection: Connection,
  place: string,
  pipelines: readonly SourcePipeline[],
): Promise<{ problems: CheckProblem[]; tables: readonly TableFacts[] }> {
  const server = { place, account: await readAccount(connection) };
  const facts = await readServerFacts(connection);
  const problems = checkSourceSettings(facts, place);
  let tables: readonly TableFacts[] = [];
  const parts: [what: string, look: () => Promise<CheckProblem[]>][] = [
    ['the log', () => inspectLog(connection, facts, server, pipelines)],
    [
      'the tables',
      async () => {
        const found = await inspectTables(connection, server, pipelines);
        tables = found.tables;
        return found.problems;
      },
    ],
  ];
  for (const [what, look] of parts) problems.push(...(await attempt(place, what, look)));
  return { problems, tables };
}

/** A part of a check that fails unexpectedly is a finding and hides nothing of the others. Errors: the loss of the connection. */
export async function attempt(
  place: string,
  what: string,
  look: () => Promise<CheckProblem[]>,
): Promise<CheckProblem[]> {
  try {
    return await look();
  } catch (error) {
    if (isLoss(error)) throw error;
    const text = error instanceof Error ? error.message : String(error);
    return [
      checkError(
        'CHECK_INCOMPLETE',
        `${what} of ${place} could not be checked: ${text}`,
        'mend what the message says and check again',
      ),
    ];
  }
}

async function inspectLog(
  connection: Connection,
  facts: ServerFacts,
  server: CheckedServer,
  pipelines: readonly SourcePipeline[],
): Promise<CheckProblem[]> {
  const grants = await readGrants(connection);
  const { log, problems } = await readSourceLog(connection, facts, server);
  if (!grants.hasGlobal('REPLICATION SLAVE')) {
    const message = `${server.account} may not read the log of ${server.place}: the grant REPLICATION SLAVE is missing`;
    problems.push(
      checkError('GRANT_REPLICATION_SLAVE', message, `GRANT REPLICATION SLAVE ON *.* TO ${server.account}`),
    );
  }
  const named = new Set(pipelines.flatMap(({ mappings }) => mappings.map(({ from }) => from.schema)));
  problems.push(...checkLogFilter(log, [...named], server.place));
  if (facts.variables.get('log_bin') !== 'ON') return problems;
  for (const { name, start } of pipelines) {
    if (start === undefined) continue;
    problems.push(...(await checkStart(connection, facts, log, { pipeline: name, start, place: server.place })));
  }
  return problems;
}

async function inspectTables(
  connection: Connection,
  server: CheckedServer,
  pipelines: readonly SourcePipeline[],
): Promise<{ problems: CheckProblem[]; tables: readonly TableFacts[] }> {
  const names = await readTableNames(connection);
  const schemas = await readSchemas(connection);
  const mapped = pipelines.flatMap(({ mappings }) => mappings.flatMap((mapping) => matchedTables(mapping, names)));
  const tables = await readTables(connection, mapped);
  const grants = await readGrants(connection);
  return {
    tables,
    problems: [
      ...pipelines.flatMap((pipeline) => checkMappings(pipeline, names, schemas, server.place)),
      ...checkSelectGrant(grants, tables, server),
      ...checkSourceTables(tables, server.place),
    ],
  };
}

/** `'lutra'@'%'`: the account that the server took the connection for. */
export async function readAccount(connection: Connection): Promise<string> {
  const [row] = await readRows(connection, 'SELECT CURRENT_USER() AS account');
  const text = row?.account ?? '@';
  const at = text.lastIndexOf('@');
  return `'${text.slice(0, at)}'@'${text.slice(at + 1)}'`;
}

export function errorsFirst(problems: readonly CheckProblem[]): CheckProblem[] {
  return [
    ...problems.filter(({ severity }) => severity === 'error'),
    ...problems.filter(({ severity }) => severity === 'warning'),
  ];
}
