import { stringify } from 'yaml';
import type { AuditEntry } from '../../shared/model/audit.ts';
import type { Channel, ChannelDocument } from '../../shared/model/channel.ts';
import { type DatabaseDocument, databaseDocumentOf } from '../../shared/model/database-document.ts';
import { documentOf, writtenDocument } from '../../shared/model/written-document.ts';
import type { Deed } from './audit-log.ts';
import type { WholePlan } from './channel-edit.ts';
import type { AppliedDocument } from './channel-plan.ts';
import { documentYaml } from './document-yaml.ts';
import type { ChangeMark } from './revision-book.ts';
import type { AdminParts } from './server.ts';

/** Characters that are kept of a text. */
const MOST = 20_000;

type Known = ChannelDocument | DatabaseDocument;
type Texts = AuditEntry['before'];

/** What a plan does, for the audit. A channel that only follows its database is no deed of its own. */
export function deedsOf(
  { channels, databases }: Pick<AdminParts, 'channels' | 'databases'>,
  plan: WholePlan,
  { by, note }: ChangeMark,
): Deed[] {
  const next = {
    Channel: new Map(plan.channels.map((each) => [each.name, each] as const)),
    Database: new Map(plan.databases.map((each) => [each.name, each] as const)),
  };
  return plan.applied.flatMap(({ kind, name, outcome, changed }) => {
    const isFollower = changed.length === 1 && changed[0] === 'resolved';
    if (outcome === 'unchanged' || isFollower) return [];
    const [before, after] =
      kind === 'Channel'
        ? [channels.all().get(name), next.Channel.get(name)].map((each) => each && documentOf(each))
        : [databases.all().get(name), next.Database.get(name)].map((each) => each && databaseDocumentOf(each));
    const parts = changed.length === 0 ? '' : `: ${changed.join(', ')}`;
    const why = kind === 'Channel' && note !== undefined ? ` (${note})` : '';
    return [
      {
        by,
        action: 'document',
        ...subjectOf(kind, name),
        what: `${kind.toLowerCase()} ${name} ${outcome === 'created' ? 'created' : 'changed'}${parts}${why}`,
        before: textsOf(before, outcome, changed),
        after: textsOf(after, outcome, changed),
      },
    ];
  });
}

/** That a document is deleted. */
export function deletionOf(document: Known, by: string): Deed {
  const { kind, name } = document;
  return {
    by,
    action: 'document',
    ...subjectOf(kind, name),
    what: `${kind.toLowerCase()} ${name} deleted`,
    before: { document: shortened(documentYaml(document)) },
  };
}

/** That a channel is started or paused. */
export function stateDeed({ name, state }: Pick<Channel, 'name' | 'state'>, next: Channel['state'], by: string): Deed {
  return {
    by,
    action: 'state',
    channel: name,
    what: `channel ${name} ${next === 'running' ? 'started' : 'paused'}`,
    before: { state },
    after: { state: next },
  };
}

function subjectOf(kind: AppliedDocument['kind'], name: string): Pick<Deed, 'subject' | 'channel'> {
  return kind === 'Channel' ? { channel: name } : { subject: `database ${name}` };
}

/** Of a new document all of it, else the parts that changed. */
function textsOf(document: Known | undefined, outcome: AppliedDocument['outcome'], changed: readonly string[]): Texts {
  if (document === undefined) return {};
  if (outcome === 'created') return { document: shortened(documentYaml(document)) };
  const written: Record<string, unknown> = document.kind === 'Channel' ? writtenDocument(document) : document;
  return Object.fromEntries(
    changed.filter((part) => written[part] !== undefined).map((part) => [part, shortened(partText(written[part]))]),
  );
}

function partText(part: unknown): string {
  return typeof part === 'string' ? part : stringify(part, { lineWidth: 0 });
}

function shortened(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}… (${text.length - MOST} more characters)`;
}
