import { Option } from 'commander';
import { type AuditEntry, auditActionSchema } from '../../../../shared/model/audit.ts';
import { type DdlEntry, ddlStateSchema } from '../../../../shared/model/ddl-entry.ts';
import { type QuarantineEntry, quarantineStateSchema } from '../../../../shared/model/quarantine-entry.ts';
import { type TokenView, tokenListSchema, type UserView, userListSchema } from '../../schemas/access.ts';
import { auditListSchema } from '../../schemas/audit.ts';
import { ddlListSchema } from '../../schemas/ddl.ts';
import { quarantineListSchema } from '../../schemas/quarantine.ts';
import { heldLines } from '../ddl-text.ts';
import { QUARANTINE_COLUMNS } from '../quarantine-text.ts';
import { moment, paint } from '../screen.ts';
import { cell, channelPath, filterOption, type Kind, pagedKind, timeOptions } from './kind.ts';

export const QUARANTINE = pagedKind<QuarantineEntry>({
  name: 'quarantine',
  alias: 'row',
  summary: 'Rows in quarantine, in the order of the source; lutra quarantine decides about them.',
  inChannel: true,
  options: [
    new Option('--state <state>', 'only these').choices(quarantineStateSchema.options),
    new Option('--table <schema.table>', 'only rows of this table of the target'),
    new Option('--pipeline <pipeline>', 'only rows of this pipeline'),
  ],
  limit: 50,
  examples: ['lutra get quarantine shop --state refused'],
  page: quarantineListSchema,
  path: (asked) => channelPath(asked, '/quarantine'),
  nameOf: ({ id }) => id,
  empty: 'no rows in quarantine',
  columns: QUARANTINE_COLUMNS,
});

export const STATEMENTS = pagedKind<DdlEntry>({
  name: 'ddl',
  alias: 'statement',
  summary: 'Statements that the pipelines of a channel met, newest first; lutra ddl decides about them.',
  inChannel: true,
  options: [new Option('--state <state>', 'only these').choices(ddlStateSchema.options)],
  limit: 50,
  examples: ['lutra get ddl shop --state held'],
  page: ddlListSchema,
  path: (asked) => channelPath(asked, '/ddl'),
  nameOf: ({ id }) => id,
  empty: 'no statements',
  columns: [
    ['ID', ({ id }) => id],
    ['PIPELINE', ({ pipeline }) => pipeline],
    ['STATE', ({ state }) => (state === 'held' ? paint('red', state) : state)],
    ['STATEMENT', ({ words }) => cell(words)],
    ['TABLES', ({ tables }) => cell(tables.join(', '))],
    ['COMMITTED', ({ committedAt }) => moment(committedAt)],
    ['REASON', ({ reason }) => cell(reason?.code)],
  ],
  below: ({ items }) => items.filter(({ state }) => state === 'held').flatMap(heldLines),
});

export const AUDIT = pagedKind<AuditEntry>({
  name: 'audit',
  alias: 'audits',
  summary: 'What people did, newest first: who, what, when, and with which outcome.',
  options: [
    new Option('--channel <channel>', 'only what was done to this channel'),
    new Option('--by <user>', 'only by users whose name holds this text'),
    new Option('--action <action>', `only of this kind: ${auditActionSchema.options.join(', ')}`),
    ...timeOptions(),
  ],
  limit: 50,
  examples: ['lutra get audit --limit 20', 'lutra get audit --channel shop --from 1d -o json'],
  page: auditListSchema,
  path: () => '/audit',
  nameOf: ({ id }) => id,
  empty: 'nothing was done by hand',
  columns: [
    ['AT', ({ at }) => moment(at)],
    ['BY', ({ by }) => cell(by)],
    ['ACTION', ({ action }) => action],
    ['ON', (entry) => cell(actedOn(entry))],
    ['WHAT', (entry) => cell(doneTo(entry))],
    ['OUTCOME', ({ outcome }) => paint(outcome === 'failed' ? 'red' : 'green', outcome)],
  ],
});

/** The pipeline, the channel, or whatever else. */
function actedOn({ channel, pipeline, subject = '' }: AuditEntry): string {
  if (channel === undefined) return subject;
  return pipeline === undefined ? channel : `${channel}/${pipeline}`;
}

/** Moved offsets, or what was done. */
function doneTo({ action, before, after, what }: AuditEntry): string {
  const partitions = Object.keys(before);
  if (action !== 'seek' || partitions.length === 0) return what;
  return partitions.map((each) => `${each}: ${before[each]} -> ${after[each]}`).join(', ');
}

export const USERS = pagedKind<UserView>({
  name: 'users',
  alias: 'user',
  summary: 'Users, for admins; lutra users makes and changes them.',
  options: [filterOption()],
  examples: ['lutra get users'],
  page: userListSchema,
  path: () => '/users',
  nameOf: ({ name }) => name,
  empty: 'no users',
  columns: [
    ['NAME', ({ name }) => cell(name)],
    ['ROLE', ({ role }) => role],
    ['STATE', userState],
    ['CREATED', ({ createdAt }) => moment(createdAt)],
  ],
});

function userState({ disabled, mustChangePassword }: UserView): string {
  if (disabled) return paint('gray', 'disabled');
  return mustChangePassword ? paint('yellow', 'must change the password') : paint('green', 'active');
}

export const TOKENS = pagedKind<TokenView>({
  name: 'tokens',
  alias: 'token',
  summary: 'API tokens: the own ones, for admins those of all users; lutra tokens makes and ends them.',
  options: [filterOption(), new Option('--owner <user>', 'only those of this user')],
  examples: ['lutra get tokens'],
  page: tokenListSchema,
  path: () => '/tokens',
  nameOf: ({ id }) => id,
  empty: 'no tokens; make one with: lutra tokens create NAME --role viewer',
  columns: [
    ['ID', ({ id }) => id],
    ['NAME', ({ name }) => cell(name)],
    ['OWNER', ({ owner }) => cell(owner)],
    ['ROLE', ({ role }) => role],
    ['CREATED', ({ createdAt }) => moment(createdAt)],
    ['EXPIRES', ({ expiresAt }) => (expiresAt === undefined ? 'never' : moment(expiresAt))],
  ],
});

export const DECIDED_KINDS: readonly Kind[] = [QUARANTINE, STATEMENTS, AUDIT, USERS, TOKENS];
