import { randomUUID } from 'node:crypto';
import type { Channel, ChannelDocument } from '../../shared/model/channel.ts';
import { parseChannelDocuments } from '../../shared/model/channel-document.ts';
import { ApiError, invalidDocument, unknownChannel } from './api-error.ts';
import { dependents, type Plan, planChannels } from './channel-plan.ts';
import type { AdminParts } from './server.ts';

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
export function readDocuments(parts: AdminParts, text: string, file: string): readonly ChannelDocument[] {
  const channels = [...parts.channels.all().values()];
  const { documents, problems } = parseChannelDocuments(text, file, {
    channels,
    sites: [...parts.config.sites.keys()],
  });
  if (problems.length > 0) throw invalidDocument(problems);
  return documents;
}

/** Plans and, unless it is a dry run, writes. The guard sees what is stored and refuses by throwing. */
export function applyDocuments(
  parts: AdminParts,
  read: () => readonly ChannelDocument[],
  options: { readonly isDryRun: boolean; readonly guard?: (current: ReadonlyMap<string, Channel>) => void },
): Promise<Plan> {
  return parts.channels.exclusively(async () => {
    const current = parts.channels.all();
    options.guard?.(current);
    const plan = planChannels(current, read(), Date.now(), randomUUID);
    if (!options.isDryRun && plan.writes.length > 0) {
      await parts.channels.write(plan.writes);
      parts.log.info({ channels: plan.applied.map(({ name, outcome }) => `${name} ${outcome}`) }, 'channels applied');
    }
    return plan;
  });
}

/** Sets the desired state. Errors: 404. */
export function setState(
  parts: AdminParts,
  name: string,
  state: Channel['state'],
): Promise<{ channel: Channel; changed: boolean }> {
  return parts.channels.exclusively(async () => {
    const stored = parts.channels.all().get(name);
    if (stored === undefined) throw unknownChannel(name);
    if (stored.state === state) return { channel: stored, changed: false };
    const channel = { ...stored, state, revision: stored.revision + 1, updatedAt: Date.now() };
    await parts.channels.write([channel]);
    parts.log.info({ channel: name, state }, 'channel set');
    return { channel, changed: true };
  });
}

/** Deletes a channel. Errors: 404; 412; 409 when other channels use a database that only this one defines. */
export function deleteChannel(parts: AdminParts, name: string, ifMatch: string | undefined): Promise<void> {
  return parts.channels.exclusively(async () => {
    const current = parts.channels.all();
    if (!current.has(name)) throw unknownChannel(name);
    requireRevision(current.get(name), name, ifMatch);
    const users = dependents(current, name);
    if (users.size > 0) {
      const uses = [...users].map(([database, channels]) => `database ${database} is used by ${channels.join(', ')}`);
      throw new ApiError(
        409,
        'DATABASE_IN_USE',
        `the channel ${name} cannot be deleted: ${uses.join('; ')}`,
        `define the database in one of these channels first, or delete them before ${name}`,
      );
    }
    await parts.channels.write([{ deleted: name }]);
    parts.log.info({ channel: name }, 'channel deleted');
  });
}

/** Errors: 412 when the channel is not at the revision that If-Match names. */
export function requireRevision(stored: Channel | undefined, name: string, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.trim().replace(/^W\//, '').replaceAll('"', '');
  if (wanted === '*' ? stored !== undefined : String(stored?.revision) === wanted) return;
  const found = stored === undefined ? 'does not exist' : `is at revision ${stored.revision}`;
  throw new ApiError(
    412,
    'REVISION_DIFFERS',
    `the channel ${name} ${found}, the request expects ${wanted.slice(0, 40)}`,
    `read it again (lutra get ${name}), carry your change over and send it with the new revision`,
  );
}
