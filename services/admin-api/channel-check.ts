import { type Channel, type Database, ddlPolicyOf, type Pipeline } from '../../shared/model/channel.ts';
import { type CheckProblem, checkError, problemOf } from '../../shared/mysql/check-problem.ts';
import { type MysqlAddress, mysqlAddress } from '../../shared/mysql/connection.ts';
import { checkSource, type SourceReport } from '../../shared/mysql/source-check.ts';
import { checkTarget } from '../../shared/mysql/target-check.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import type { CheckReply } from './schemas/check.ts';

export type CheckedChannel = Pick<Channel, 'name' | 'pipelines' | 'resolved' | 'policies'>;
type Check = CheckReply['checks'][number];

/**
 * Source check and target check of every database of the channels, each source read once; all findings at once.
 * `hasPlace` tells pipelines whose start is not used any more.
 */
export async function checkChannels(
  channels: readonly CheckedChannel[],
  hasPlace: (channel: string, pipeline: string) => boolean,
): Promise<CheckReply> {
  const checks: Check[] = [];
  for (const channel of channels) checks.push(...(await checkChannel(channel, hasPlace)));
  return { ok: checks.every(({ problems }) => problems.every(({ severity }) => severity !== 'error')), checks };
}

async function checkChannel(
  { name, pipelines, resolved, policies }: CheckedChannel,
  hasPlace: (channel: string, pipeline: string) => boolean,
): Promise<Check[]> {
  const withPolicy = (pipeline: Pipeline): Pipeline => ({
    ...pipeline,
    mappings: pipeline.mappings.map((mapping) => ({ ...mapping, ddl: ddlPolicyOf({ policies }, mapping) })),
  });
  const sources: Check[] = [];
  const targets = new Map<string, Check>();
  for (const [from, own] of Map.groupBy(pipelines, (pipeline) => pipeline.from)) {
    const wanted = own.map((pipeline) => ({
      name: pipeline.name,
      mappings: pipeline.mappings,
      ...(hasPlace(name, pipeline.name) ? {} : { start: pipeline.start }),
    }));
    const report = await withAddress(
      from,
      resolved[from],
      (address) => checkSource(address, wanted),
      (problems) => ({ problems, tables: [] }),
    );
    const problems = [...report.problems, ...(await failoverProblems(from, resolved[from]))];
    sources.push(checkOf(name, 'source', from, resolved[from], own, problems));
    for (const [to, pairs] of Map.groupBy(own, (pipeline) => pipeline.to)) {
      const before = targets.get(to);
      const found = await targetProblems(to, resolved[to], pairs.map(withPolicy), report);
      const all = merged(before?.problems ?? [], found);
      targets.set(to, checkOf(name, 'target', to, resolved[to], [...namesOf(before), ...pairs], all));
    }
  }
  return [...sources, ...targets.values()];
}

/** A database by itself: whether it answers, its settings and the grants of its user, as a source, a target or both. */
export async function checkDatabase(
  name: string,
  database: Database,
  sides: readonly Check['side'][],
): Promise<CheckReply> {
  const look = { source: sourceProblems, target: bareTargetProblems };
  const checks = await Promise.all(
    sides.map(async (side) => checkOf('', side, name, database, [], await look[side](name, database))),
  );
  return { ok: checks.every(({ problems }) => problems.every(({ severity }) => severity !== 'error')), checks };
}

async function sourceProblems(name: string, database: Database): Promise<readonly CheckProblem[]> {
  const first = await withAddress<readonly CheckProblem[]>(
    name,
    database,
    async (address) => (await checkSource(address, [])).problems,
    (refused) => refused,
  );
  return [...first, ...(await failoverProblems(name, database))];
}

function bareTargetProblems(name: string, database: Database): Promise<readonly CheckProblem[]> {
  return withAddress<readonly CheckProblem[]>(
    name,
    database,
    (address) => checkTarget(address, [], undefined),
    (refused) => refused,
  );
}

/** What stands against reading from the further hosts of a source, for the day when the first one fails: warnings. */
async function failoverProblems(name: string, database: Database | undefined): Promise<CheckProblem[]> {
  if (database === undefined) return [];
  const found: CheckProblem[] = [];
  for (const index of database.hosts.keys()) {
    if (index === 0) continue;
    const problems = await withAddress<readonly CheckProblem[]>(
      name,
      database,
      async (address) => (await checkSource(address, [])).problems,
      (refused) => refused,
      index,
    );
    found.push(...problems.filter(({ severity }) => severity === 'error'));
  }
  return found.map((problem) => ({ ...problem, severity: 'warning' }));
}

/** Columns are compared with what was read of the source; a source that could not be read leaves the names of the mappings. */
function targetProblems(
  to: string,
  database: Database | undefined,
  pipelines: readonly Pipeline[],
  report: SourceReport,
): Promise<readonly CheckProblem[]> {
  const wasRead = report.tables.length > 0;
  return withAddress<readonly CheckProblem[]>(
    to,
    database,
    (address) => checkTarget(address, pipelines, wasRead ? report.tables : undefined),
    (problems) => problems,
  );
}

/** A database that is not defined, or whose secret is not here, is a finding like the others. */
async function withAddress<T>(
  name: string,
  database: Database | undefined,
  look: (address: MysqlAddress) => Promise<T>,
  refused: (problems: CheckProblem[]) => T,
  hostIndex = 0,
): Promise<T> {
  if (database === undefined)
    return refused([
      checkError('DATABASE_UNKNOWN', `no channel defines the database ${name}`, 'define it under databases'),
    ]);
  try {
    return await look(mysqlAddress(name, database, hostIndex));
  } catch (error) {
    return refused([problemOf(asReplicationError(error))]);
  }
}

function checkOf(
  channel: string,
  side: Check['side'],
  database: string,
  definition: Database | undefined,
  pipelines: readonly { readonly name: string }[],
  problems: readonly CheckProblem[],
): Check {
  return {
    channel,
    side,
    database,
    address: definition?.hosts[0] ?? '',
    pipelines: pipelines.map((pipeline) => pipeline.name),
    problems: [...problems],
  };
}

function namesOf(check: Check | undefined): { name: string }[] {
  return (check?.pipelines ?? []).map((name) => ({ name }));
}

function merged(a: readonly CheckProblem[], b: readonly CheckProblem[]): CheckProblem[] {
  return [...new Map([...a, ...b].map((problem) => [problem.message, problem])).values()];
}
