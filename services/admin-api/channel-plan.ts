import { isDeepStrictEqual } from 'node:util';
import type { Channel, ChannelDocument, Database } from '../../shared/model/channel.ts';
import {
  type DatabaseDocument,
  databaseDocumentOf,
  type StoredDatabase,
} from '../../shared/model/database-document.ts';
import { documentOf } from '../../shared/model/written-document.ts';

export type Outcome = 'created' | 'configured' | 'unchanged';
export type AppliedDocument = {
  readonly kind: 'Channel' | 'Database';
  readonly name: string;
  readonly outcome: Outcome;
  readonly revision: number;
  /** Top-level parts that changed, for example `pipelines`. */
  readonly changed: string[];
  readonly notes: string[];
};
export type Plan = {
  /** One for each document, then the channels that changed because a database of theirs did. */
  readonly applied: readonly AppliedDocument[];
  readonly writes: readonly Channel[];
};

/**
 * What has to be written so that the documents hold. A document that says what is stored already writes nothing.
 * Channels that use a database of a changed document are written with it; `own`: databases with documents of their own, as they will be.
 * The documents have been validated together.
 */
export function planChannels(
  current: ReadonlyMap<string, Channel>,
  documents: readonly ChannelDocument[],
  now: number,
  newUid: () => string,
  own: Readonly<Record<string, Database>> = {},
): Plan {
  const wanted = new Map<string, ChannelDocument>();
  for (const channel of current.values()) wanted.set(channel.name, documentOf(channel));
  for (const document of documents) wanted.set(document.name, document);
  const databases: Record<string, Database> = Object.assign(
    {},
    own,
    ...[...wanted.values()].map((each) => each.databases),
  );
  const named = new Set(documents.map((document) => document.name));
  const order = [...named, ...[...wanted.keys()].filter((name) => !named.has(name))];
  const steps = order.flatMap((name) => {
    const document = wanted.get(name);
    if (document === undefined) return [];
    const step = planChannel(current.get(name), document, databases, { now, newUid });
    return named.has(name) || step.applied.outcome !== 'unchanged' ? [step] : [];
  });
  return { applied: steps.map((step) => step.applied), writes: steps.flatMap((step) => step.write) };
}

function planChannel(
  stored: Channel | undefined,
  document: ChannelDocument,
  databases: Readonly<Record<string, Database>>,
  { now, newUid }: { now: number; newUid: () => string },
): { applied: AppliedDocument; write: Channel[] } {
  const state = document.state ?? stored?.state ?? 'running';
  const next: Channel = {
    ...document,
    state,
    uid: stored?.uid ?? newUid(),
    revision: (stored?.revision ?? 0) + 1,
    resolved: usedDatabases(document, databases),
    createdAt: stored?.createdAt ?? now,
    updatedAt: now,
  };
  if (stored === undefined) return outcomeOf(next, 'created', [], []);
  const changed = CONTENT.filter((key) => !isDeepStrictEqual(plain(stored[key]), plain(next[key])));
  if (changed.length === 0) return { ...outcomeOf(stored, 'unchanged', [], []), write: [] };
  return outcomeOf(next, 'configured', changed, startNotes(stored, next));
}

const CONTENT = ['description', 'state', 'policies', 'databases', 'pipelines', 'resolved'] as const;

function outcomeOf(
  channel: Channel,
  outcome: Outcome,
  changed: string[],
  notes: string[],
): { applied: AppliedDocument; write: Channel[] } {
  return {
    applied: { kind: 'Channel', name: channel.name, outcome, revision: channel.revision, changed, notes },
    write: [channel],
  };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function usedDatabases(
  document: ChannelDocument,
  databases: Readonly<Record<string, Database>>,
): Record<string, Database> {
  const names = new Set(document.pipelines.flatMap((pipeline) => [pipeline.from, pipeline.to]));
  return Object.fromEntries(
    [...names].toSorted().flatMap((name) => {
      const database = databases[name];
      return database === undefined ? [] : [[name, database]];
    }),
  );
}

/** `start` speaks only to a pipeline that has no cursor yet; an operator who changes it later expects more. */
function startNotes(stored: Channel, next: Channel): string[] {
  return next.pipelines.flatMap((pipeline) => {
    const before = stored.pipelines.find((other) => other.name === pipeline.name);
    if (before === undefined || isDeepStrictEqual(before.start, pipeline.start)) return [];
    return [`pipeline ${pipeline.name} keeps its place: start is used only by a pipeline that has none yet`];
  });
}

export type DatabasePlan = { readonly applied: readonly AppliedDocument[]; readonly writes: readonly StoredDatabase[] };

/** What has to be written so that the databases are as their documents say. */
export function planDatabases(
  current: ReadonlyMap<string, StoredDatabase>,
  documents: readonly DatabaseDocument[],
  now: number,
): DatabasePlan {
  const steps = documents.map((document) => {
    const stored = current.get(document.name);
    const before = stored === undefined ? undefined : databaseDocumentOf(stored);
    const changed = before === undefined ? [] : differing(before, document);
    const isSame = before !== undefined && changed.length === 0;
    const outcome: Outcome = before === undefined ? 'created' : isSame ? 'unchanged' : 'configured';
    const revision = (stored?.revision ?? 0) + (isSame ? 0 : 1);
    const write = { ...document, revision, createdAt: stored?.createdAt ?? now, updatedAt: now };
    const applied: AppliedDocument = { kind: 'Database', name: document.name, outcome, revision, changed, notes: [] };
    return { applied, writes: isSame ? [] : [write] };
  });
  return { applied: steps.map(({ applied }) => applied), writes: steps.flatMap(({ writes }) => writes) };
}

function differing(a: DatabaseDocument, b: DatabaseDocument): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof DatabaseDocument)[];
  return keys.filter((key) => !isDeepStrictEqual(plain(a[key]), plain(b[key])));
}

/** Other channels that use a database which only the given channel defines: name of the database -> names of the channels. `own`: names of databases with documents of their own. */
export function dependents(
  current: ReadonlyMap<string, Channel>,
  name: string,
  own: ReadonlySet<string> = new Set(),
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const others = [...current.values()].filter((channel) => channel.name !== name);
  for (const database of Object.keys(current.get(name)?.databases ?? {})) {
    if (own.has(database) || others.some((channel) => database in channel.databases)) continue;
    const users = others.filter((channel) =>
      channel.pipelines.some((each) => each.from === database || each.to === database),
    );
    if (users.length > 0)
      found.set(
        database,
        users.map((channel) => channel.name),
      );
  }
  return found;
}
