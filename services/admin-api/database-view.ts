import type { Channel, Database } from '../../shared/model/channel.ts';
import { databaseDocumentOf, databaseOf, type StoredDatabase } from '../../shared/model/database-document.ts';
import type { DatabaseView } from './schemas/databases.ts';
import type { AdminParts } from './server.ts';

type Use = DatabaseView['usedBy'][number];
type Definition = { readonly database: Database; readonly own?: StoredDatabase; readonly definedIn: string[] };

/** Every database that is defined somewhere, in no order. */
export function databaseViews({ channels, databases }: Pick<AdminParts, 'channels' | 'databases'>): DatabaseView[] {
  const all = [...channels.all().values()];
  const uses = usesOf(all);
  return [...definitions(all, databases.all())].map(([name, definition]) =>
    databaseView(name, definition, uses.get(name) ?? []),
  );
}

function definitions(
  channels: readonly Channel[],
  own: ReadonlyMap<string, StoredDatabase>,
): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  for (const [name, stored] of own)
    found.set(name, { database: databaseOf(databaseDocumentOf(stored)), own: stored, definedIn: [] });
  for (const channel of channels) {
    for (const [name, database] of Object.entries(channel.databases)) {
      const known = found.get(name);
      if (known === undefined) found.set(name, { database, definedIn: [channel.name] });
      else known.definedIn.push(channel.name);
    }
  }
  return found;
}

function usesOf(channels: readonly Channel[]): ReadonlyMap<string, Use[]> {
  const found = new Map<string, Use[]>();
  const add = (name: string, use: Use): void => {
    const known = found.get(name);
    if (known === undefined) found.set(name, [use]);
    else known.push(use);
  };
  for (const { name, pipelines } of channels) {
    for (const pipeline of pipelines) {
      add(pipeline.from, { channel: name, pipeline: pipeline.name, as: 'source' });
      add(pipeline.to, { channel: name, pipeline: pipeline.name, as: 'target' });
    }
  }
  return found;
}

function databaseView(name: string, { database, own, definedIn }: Definition, usedBy: Use[]): DatabaseView {
  const document =
    own === undefined ? { apiVersion: 'lutra/v1', kind: 'Database', name, ...database } : databaseDocumentOf(own);
  return {
    name,
    kind: own === undefined ? 'channel' : 'own',
    definedIn: definedIn.toSorted(),
    site: database.site,
    hosts: database.hosts,
    user: database.user,
    tls: database.tls !== undefined && database.tls !== false,
    partitions: database.partitions,
    ...(own === undefined ? {} : { revision: own.revision, updatedAt: own.updatedAt }),
    usedBy,
    document,
  };
}
