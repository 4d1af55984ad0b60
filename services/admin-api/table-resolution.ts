import type { Channel, Database, Mapping, Pipeline } from '../../shared/model/channel.ts';
import { isNamePattern } from '../../shared/model/name-pattern-fault.ts';
import { type CheckProblem, checkError, problemOf } from '../../shared/mysql/check-problem.ts';
import { type MysqlAddress, mysqlAddress } from '../../shared/mysql/connection.ts';
import {
  type MappedTable,
  namedTables,
  readMappedTables,
  readSourceTables,
  type SourceTable,
} from '../../shared/mysql/mapped-tables.ts';
import { keyOf } from '../../shared/mysql/table-facts.ts';
import { checkTargetTables } from '../../shared/mysql/target-check.ts';
import type { SampleStatements } from '../../shared/rows/sample-statements.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import { holds, type Page, pageOf } from './page.ts';
import type { ResolvedTable, TargetStatements, UnreadDatabase } from './schemas/tables.ts';
import { type Foreseen, foreseeStatements } from './target-statements.ts';

export type ResolvedChannel = Pick<Channel, 'name' | 'pipelines' | 'resolved'>;
type Asked = {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly filter?: string | undefined;
  /** Whether the statements for rows of the tables are wanted. */
  readonly statements?: boolean;
};
type Place = {
  readonly channel: string;
  readonly pipeline: Pipeline;
  readonly source: Database | undefined;
  readonly target: Database | undefined;
};
type Found = Place & { readonly table: MappedTable; readonly isSeen: boolean };
type Findings = {
  readonly isKnown: boolean;
  readonly problems: readonly CheckProblem[];
  readonly statements?: SampleStatements;
};

/**
 * The tables that the mappings of channels take at present, a page of them. Every source is asked for the names of its tables; structures are compared
 * only of those on the page. A server that does not answer is a finding, and its tables are `unknown`.
 */
export async function resolveTables(
  channels: readonly ResolvedChannel[],
  asked: Asked,
): Promise<Page<ResolvedTable> & { problems: UnreadDatabase[] }> {
  const problems: UnreadDatabase[] = [];
  const looks = channels.flatMap(({ name, pipelines, resolved }) => {
    const places = pipelines.map((pipeline) => ({
      channel: name,
      pipeline,
      source: resolved[pipeline.from],
      target: resolved[pipeline.to],
    }));
    return [...Map.groupBy(places, ({ pipeline }) => pipeline.from).values()];
  });
  const found: Found[] = [];
  for (const places of looks) found.push(...(await lookAtSource(places, problems)));
  const wanted = found.filter(({ channel, table: { pipeline, from, to } }) =>
    holds(`${channel} ${pipeline} ${from.schema}.${from.table} ${to.schema}.${to.table}`, asked.filter),
  );
  const { items, ...page } = pageOf(wanted, asked, orderOf);
  return { ...page, items: await compare(items, problems, asked.statements === true), problems: once(problems) };
}

/** Tables of pipelines that read one source. */
async function lookAtSource(places: readonly Place[], problems: UnreadDatabase[]): Promise<Found[]> {
  const [first] = places;
  if (first === undefined) return [];
  const database = first.pipeline.from;
  const withTables = (tables: readonly MappedTable[], isSeen: boolean): Found[] =>
    places.flatMap((place) =>
      tables.filter(({ pipeline }) => pipeline === place.pipeline.name).map((table) => ({ ...place, table, isSeen })),
    );
  const pipelines = places.map(({ pipeline }) => pipeline);
  try {
    const { tables, problems: found } = await readMappedTables(addressOf(database, first.source), pipelines);
    problems.push(...found.map(({ pipeline, problem }) => ({ channel: first.channel, pipeline, database, problem })));
    return withTables(tables, true);
  } catch (error) {
    problems.push(...places.map((place) => unread(place, database, error)));
    return withTables(
      pipelines.flatMap((pipeline) => namedTables(pipeline, isNamePattern)),
      false,
    );
  }
}

/** With the state of each table: structures of both sides are read once for each pair of databases. */
async function compare(
  found: readonly Found[],
  problems: UnreadDatabase[],
  withStatements: boolean,
): Promise<ResolvedTable[]> {
  const groups = Map.groupBy(found, ({ channel, pipeline }) => JSON.stringify([channel, pipeline.from, pipeline.to]));
  const findings = new Map<Found, Findings>();
  for (const group of groups.values()) {
    for (const [each, what] of await compareGroup(group, problems, withStatements)) findings.set(each, what);
  }
  return found.map((each) => {
    const { isKnown, problems: own, statements } = findings.get(each) ?? { isKnown: false, problems: [] };
    const { pipeline, mapping, from, to } = each.table;
    return {
      channel: each.channel,
      pipeline,
      mapping,
      from,
      to,
      state: stateOf(isKnown, own),
      problems: [...own],
      ...(statements === undefined ? {} : { statements: shownStatements(statements, each.table.rule) }),
    };
  });
}

async function compareGroup(
  group: readonly Found[],
  problems: UnreadDatabase[],
  withStatements: boolean,
): Promise<Map<Found, Findings>> {
  const [first] = group;
  const seen = group.filter(({ isSeen }) => isSeen);
  if (first === undefined) return new Map();
  const { from, to } = first.pipeline;
  const note = (database: string) => (error: unknown) => {
    problems.push(...group.map((each) => unread(each, database, error)));
    return undefined;
  };
  const names = seen.map(({ table }) => table.from);
  const sources =
    seen.length === 0
      ? new Map<string, SourceTable>()
      : await asked(from, first.source, note(from), (address) => readSourceTables(address, names));
  const pairs = group.map(({ table }) => {
    const source = sources?.get(keyOf(table.from))?.facts;
    return { target: table.to, source, mapping: table.rule };
  });
  const targets = await asked(to, first.target, note(to), (address) => checkTargetTables(address, pairs));
  const findings = new Map<Found, Findings>(
    group.map((each, at) => {
      const source = sources?.get(keyOf(each.table.from));
      const isKnown = source !== undefined && targets !== undefined;
      return [each, { isKnown, problems: [...(source?.problems ?? []), ...(targets?.[at] ?? [])] }];
    }),
  );
  if (!withStatements) return findings;
  const fit = seen.flatMap((each) => {
    const source = sources?.get(keyOf(each.table.from))?.facts;
    const { isKnown, problems: own } = findings.get(each) ?? { isKnown: false, problems: [] };
    return source !== undefined && stateOf(isKnown, own) === 'ok' ? [{ each, table: each.table, source }] : [];
  });
  const foreseen =
    fit.length === 0 ? [] : await asked(to, first.target, note(to), (address) => foreseeStatements(address, fit));
  for (const [at, { each }] of fit.entries()) {
    const known = findings.get(each);
    const what = foreseen?.[at];
    if (known !== undefined && what !== undefined) findings.set(each, withForeseen(known, what));
  }
  return findings;
}

function withForeseen({ isKnown, problems }: Findings, what: Foreseen): Findings {
  if ('problem' in what) return { isKnown, problems: [...problems, what.problem] };
  return { isKnown, problems, statements: what.statements };
}

function shownStatements(made: SampleStatements, { where, columns }: Mapping): TargetStatements {
  const { kind, load } = made;
  return {
    kind,
    insert: [...made.insert],
    update: [...made.update],
    delete: [...made.delete],
    ...(load === undefined ? {} : { load }),
    ...(where === undefined ? {} : { where }),
    ...(columns?.set === undefined ? {} : { computed: { ...columns.set } }),
  };
}

async function asked<T>(
  name: string,
  database: Database | undefined,
  failed: (error: unknown) => undefined,
  look: (address: MysqlAddress) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look(addressOf(name, database));
  } catch (error) {
    return failed(error);
  }
}

/** Errors: SECRET_MISSING. */
function addressOf(name: string, database: Database | undefined): MysqlAddress {
  if (database === undefined) throw new Error(`no channel defines the database ${name}`);
  return mysqlAddress(name, database);
}

function unread({ channel, pipeline, source, target }: Place, database: string, error: unknown): UnreadDatabase {
  const definition = pipeline.from === database ? source : target;
  const problem =
    definition === undefined
      ? checkError('DATABASE_UNKNOWN', `no channel defines the database ${database}`, 'define it under databases')
      : problemOf(asReplicationError(error));
  return { channel, pipeline: pipeline.name, database, problem };
}

/** What is missing is known also when the source was not read. */
function stateOf(isKnown: boolean, problems: readonly CheckProblem[]): ResolvedTable['state'] {
  if (problems.some(({ code }) => code === 'TARGET_TABLE_MISSING' || code === 'TARGET_SCHEMA_MISSING'))
    return 'missing-at-target';
  if (problems.some(({ severity }) => severity === 'error')) return 'not-fit';
  return isKnown ? 'ok' : 'unknown';
}

function orderOf({ channel, table: { pipeline, from } }: Found): string {
  return JSON.stringify([channel, pipeline, from.schema, from.table]);
}

function once(problems: readonly UnreadDatabase[]): UnreadDatabase[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}
