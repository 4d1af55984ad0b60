import * as z from 'zod';
import { type Channel, type Database, type Mapping, pipelineUid, type Start } from '../../shared/model/channel.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { sourceId } from '../../topics/topics.ts';

/** What of a mapping decides which tables are published; the loaders follow the rest of it. */
export type TableChoice = Pick<Mapping, 'from' | 'only' | 'exclude'>;

/** What the channels ask of one source. */
export type DesiredSource = {
  /** `sh.order` */
  readonly id: string;
  readonly name: string;
  readonly database: Database;
  /** The tables that the mappings mean, once each. */
  readonly tables: readonly TableChoice[];
  /** Channel uid -> revision of its document. */
  readonly revisions: Readonly<Record<string, number>>;
  readonly pipelines: readonly { readonly uid: string; readonly start: Start; readonly running: boolean }[];
};

/**
 * The sources of a site that the channels name, by id. A source that was begun once is read on while its channels are paused
 * (select and load are decoupled); one that only paused channels name waits for the first to run.
 */
export function desiredSources(channels: Iterable<Channel>, site: string): Map<string, DesiredSource> {
  const sources = new Map<string, DesiredSource>();
  for (const channel of channels) {
    for (const pipeline of channel.pipelines) {
      const database = channel.resolved[pipeline.from];
      if (database?.site !== site) continue;
      const id = sourceId(site, pipeline.from);
      const known = sources.get(id) ?? { id, name: pipeline.from, database, tables: [], revisions: {}, pipelines: [] };
      sources.set(id, {
        ...known,
        database,
        tables: [...known.tables, ...pipeline.mappings.map(tableChoice)],
        revisions: { ...known.revisions, [channel.uid]: channel.revision },
        pipelines: [
          ...known.pipelines,
          { uid: pipelineUid(channel, pipeline), start: pipeline.start, running: channel.state === 'running' },
        ],
      });
    }
  }
  return sources;
}

/** The tables that are published, as text that is equal exactly when the choice is. */
export function selectionText(source: DesiredSource): string {
  return [...new Set(source.tables.map(choiceText))].sort().join(' ');
}

/** The tables of such a text; undefined when it is not one. */
export function parseSelection(text: string): TableChoice[] | undefined {
  const choices: TableChoice[] = [];
  let rest = '';
  for (const piece of text === '' ? [] : text.split(' ')) {
    rest = rest === '' ? piece : `${rest} ${piece}`;
    const parsed = parseJson(rest);
    if (parsed === undefined) continue;
    const choice = choiceSchema.safeParse(parsed);
    if (!choice.success) return undefined;
    const [schema, table, only, exclude] = choice.data;
    choices.push({
      from: { schema, table },
      ...(only && { only: only.map(nameOf) }),
      ...(exclude && { exclude: exclude.map(nameOf).filter((name) => typeof name !== 'string') }),
    });
    rest = '';
  }
  return rest === '' ? choices : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const names = z.array(z.string()).nullish();
const choiceSchema = z.union([z.tuple([z.string(), z.string()]), z.tuple([z.string(), z.string(), names, names])]);

const pair = z.tuple([z.string(), z.string()]);

function nameOf(text: string): string | TableName {
  const { success, data } = pair.safeParse(parseJson(text));
  return success ? { schema: data[0], table: data[1] } : text;
}

function choiceText({ from, only, exclude }: TableChoice): string {
  const rest =
    only === undefined && exclude === undefined ? [] : [only?.map(nameText).sort(), exclude?.map(nameText).sort()];
  return JSON.stringify([from.schema, from.table, ...rest]);
}

function nameText(name: string | TableName): string {
  return typeof name === 'string' ? name : JSON.stringify([name.schema, name.table]);
}

function tableChoice({ from, only, exclude }: Mapping): TableChoice {
  return { from, ...(only === undefined ? {} : { only }), ...(exclude === undefined ? {} : { exclude }) };
}
