import { randomUUID } from 'node:crypto';
import type { Channel, ChannelDocument } from '../../shared/model/channel.ts';
import { parseChannelDocuments } from '../../shared/model/channel-document.ts';
import { type DatabaseDocument, databaseOf } from '../../shared/model/database-document.ts';
import { documentOf } from '../../shared/model/written-document.ts';
import { ApiError, invalidDocument, unknownChannel } from './api-error.ts';
import type { Deed } from './audit-log.ts';
import {
  type AppliedDocument,
  type DatabasePlan,
  dependents,
  type Plan,
  planChannels,
  planDatabases,
} from './channel-plan.ts';
import { deedsOf, deletionOf, stateDeed } from './document-deeds.ts';
import type { ChangeMark } from './revision-book.ts';
import { secretSeal } from './secret-seal.ts';
import type { AdminParts } from './server.ts';

export type Documents = {
  readonly channels: readonly ChannelDocument[];
  readonly databases: readonly DatabaseDocument[];
};
export type WholePlan = {
  readonly applied: readonly AppliedDocument[];
  readonly channels: Plan['writes'];
  readonly databases: DatabasePlan['writes'];
};

/** Body of a request as text. Errors: 400 BODY_MISSING. */
export function bodyText(body: unknown): string {
  if (typeof body === 'string' && body.trim() !== '') return body;
  throw new ApiError(
    400,
    'BODY_MISSING',
    'the body is empty',
    'send a channel document as application/json or application/yaml',
  );
}

/** Reads documents against what exists. Errors: 422 with every problem. */
export function readDocuments(parts: AdminParts, text: string, file: string): Documents {
  const { documents, databases, problems } = parseChannelDocuments(text, file, {
    channels: [...parts.channels.all().values()],
    databases: [...parts.databases.all().values()],
    sites: [...parts.config.sites.keys()],
    seal: secretSeal(parts.config.secretKey),
  });
  if (problems.length > 0) throw invalidDocument(problems);
  return { channels: documents, databases };
}

/** What documents would change. Writes nothing. */
export function planDocuments(parts: AdminParts, { channels, databases }: Documents): WholePlan {
  const stored = parts.databases.all();
  const now = Date.now();
  const own = planDatabases(stored, databases, now);
  const wanted = new Map<string, DatabaseDocument>([
    ...stored,
    ...databases.map((document) => [document.name, document] as const),
  ]);
  const definitions = Object.fromEntries([...wanted].map(([name, document]) => [name, databaseOf(document)]));
  const plan = planChannels(parts.channels.all(), channels, now, randomUUID, definitions);
  return { applied: [...own.applied, ...plan.applied], channels: plan.writes, databases: own.writes };
}

type ApplyOptions = ChangeMark & {
  readonly isDryRun: boolean;
  /** Sees what is stored and refuses by throwing. */
  readonly guard?: (current: ReadonlyMap<string, Channel>) => void;
};

/** Plans and, unless it is a dry run, writes: first databases, then channels, so that what was cut in the middle is mended by repeating it. */
export function applyDocuments(parts: AdminParts, read: () => Documents, options: ApplyOptions): Promise<WholePlan> {
  return parts.channels.exclusively(async () => {
    options.guard?.(parts.channels.all());
    const plan = planDocuments(parts, read());
    if (options.isDryRun || plan.channels.length + plan.databases.length === 0) return plan;
    await writeNoted(parts, deedsOf(parts, plan, options), async () => {
      await parts.databases.write(plan.databases);
      await writeChannels(parts, plan, options);
    });
    parts.log.info({ applied: plan.applied.map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`) }, 'applied');
    return plan;
  });
}

/** Sets the desired state. Errors: 404. */
export function setState(
  parts: AdminParts,
  name: string,
  state: Channel['state'],
  mark: ChangeMark,
): Promise<{ channel: Channel; changed: boolean }> {
  return parts.channels.exclusively(async () => {
    const stored = parts.channels.all().get(name);
    if (stored === undefined) throw unknownChannel(name);
    if (stored.state === state) return { channel: stored, changed: false };
    const channel = { ...stored, state, revision: stored.revision + 1, updatedAt: Date.now() };
    const applied: AppliedDocument[] = [
      { kind: 'Channel', name, outcome: 'configured', revision: channel.revision, changed: ['state'], notes: [] },
    ];
    await writeNoted(parts, [stateDeed(stored, state, mark.by)], () =>
      writeChannels(parts, { applied, channels: [channel] }, mark),
    );
    parts.log.info({ channel: name, state }, 'channel set');
    return { channel, changed: true };
  });
}

/** Writes what the audit notes; refused at once while Kafka is away. Errors: KAFKA_…. */
export async function writeNoted(
  { audit, channels }: Pick<AdminParts, 'audit' | 'channels'>,
  deeds: readonly Deed[],
  write: () => Promise<void>,
): Promise<void> {
  if (channels.trouble !== undefined) throw channels.trouble;
  await audit.recordAll(deeds, write);
}

/** History first, so that no change is without one. */
async function writeChannels(
  { channels, revisions }: AdminParts,
  plan: Pick<WholePlan, 'applied' | 'channels'>,
  mark: ChangeMark,
): Promise<void> {
  if (plan.channels.length === 0) return;
  const changedOf = new Map(
    plan.applied.filter(({ kind }) => kind === 'Channel').map(({ name, changed }) => [name, changed]),
  );
  const changes = plan.channels.map((channel) => ({ channel, changed: changedOf.get(channel.name) ?? [] }));
  await revisions.note(changes, mark);
  await channels.write(plan.channels);
}

/** Deletes a channel. Errors: 404; 412; 409 when other channels use a database that only this one defines. */
export function deleteChannel(parts: AdminParts, name: string, ifMatch: string | undefined, by: string): Promise<void> {
  return parts.channels.exclusively(async () => {
    const current = parts.channels.all();
    const stored = current.get(name);
    if (stored === undefined) throw unknownChannel(name);
    requireRevision(stored, name, ifMatch);
    const users = dependents(current, name, new Set(parts.databases.all().keys()));
    if (users.size > 0) {
      const uses = [...users].map(([database, channels]) => `database ${database} is used by ${channels.join(', ')}`);
      throw new ApiError(
        409,
        'DATABASE_IN_USE',
        `the channel ${name} cannot be deleted: ${uses.join('; ')}`,
        `define the database in one of these channels or in a document of its own first, or delete them before ${name}`,
      );
    }
    await writeNoted(parts, [deletionOf(documentOf(stored), by)], async () => {
      await parts.channels.write([{ deleted: name }]);
      await parts.revisions.remove(stored);
    });
    parts.log.info({ channel: name }, 'channel deleted');
  });
}

/** Errors: 412 when what is stored is not at the revision that If-Match names. */
export function requireRevision(
  stored: { readonly revision: number } | undefined,
  name: string,
  ifMatch: string | undefined,
  what: 'channel' | 'database' = 'channel',
): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.trim().replace(/^W\//, '').replaceAll('"', '');
  if (wanted === '*' ? stored !== undefined : String(stored?.revision) === wanted) return;
  const found = stored === undefined ? 'does not exist' : `is at revision ${stored.revision}`;
  throw new ApiError(
    412,
    'REVISION_DIFFERS',
    `the ${what} ${name} ${found}, the request expects ${wanted.slice(0, 40)}`,
    'read it again, carry your change over and send it with the new revision',
  );
}
