import { type Channel, type Database, type Mapping, pipelineUid, type Start } from '../../shared/model/channel.ts';
import { sourceId } from '../../topics/topics.ts';

/** What the channels ask of one source. */
export type DesiredSource = {
  /** `sh.order` */
  readonly id: string;
  readonly name: string;
  readonly database: Database;
  readonly mappings: readonly Mapping[];
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
      const known = sources.get(id) ?? { id, name: pipeline.from, database, mappings: [], pipelines: [] };
      sources.set(id, {
        ...known,
        database,
        mappings: [...known.mappings, ...pipeline.mappings],
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
  return [...new Set(source.mappings.map(({ from }) => JSON.stringify([from.schema, from.table])))].sort().join(' ');
}
