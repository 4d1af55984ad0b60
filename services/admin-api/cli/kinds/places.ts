import { Option } from 'commander';
import { type DatabaseView, databaseListSchema, databaseViewSchema } from '../../schemas/databases.ts';
import { type PipelinePosition, positionListSchema } from '../../schemas/positions.ts';
import { type RevisionView, revisionDocumentSchema, revisionListSchema } from '../../schemas/revisions.ts';
import { type ResolvedTable, tableListSchema } from '../../schemas/tables.ts';
import { yamlText } from '../output.ts';
import { count, moment, paint, printable } from '../screen.ts';
import { cell, channelPath, filterOption, type Kind, pagedKind, readOne } from './kind.ts';

const databases = pagedKind<DatabaseView>({
  name: 'databases',
  alias: 'database',
  summary: 'Databases: those with documents of their own, and those that channels define.',
  item: 'database',
  options: [
    filterOption(),
    new Option('--site <site>', 'only those of this site'),
    new Option('--kind <kind>', 'own: with a document of its own; channel: defined in a channel').choices([
      'own',
      'channel',
    ]),
  ],
  examples: ['lutra get databases', 'lutra get database sh.orders -o yaml'],
  page: databaseListSchema,
  path: () => '/databases',
  read: readOne(databaseViewSchema, (_asked, name) => `/databases/${encodeURIComponent(name)}`),
  nameOf: ({ name }) => name,
  empty: 'no databases yet; they come with channels, or as documents of kind Database: lutra apply -f FILE',
  yaml: ({ document }) => yamlText(document),
  columns: [
    ['NAME', ({ name }) => name],
    ['KIND', ({ kind }) => kind],
    ['SITE', ({ site }) => site],
    ['HOSTS', ({ hosts }) => cell(hosts.join(', '))],
    ['USER', ({ user }) => cell(user)],
    ['USED BY', ({ usedBy }) => cell(usedBy.map((use) => `${use.channel}/${use.pipeline} (${use.as})`).join(', '))],
  ],
});

const tables = pagedKind<ResolvedTable>({
  name: 'tables',
  alias: 'table',
  summary: 'Tables that the mappings of a channel take at present, and where they go.',
  inChannel: true,
  options: [filterOption()],
  examples: ['lutra get tables shop', 'lutra get tables shop --filter orders'],
  page: tableListSchema,
  path: (asked) => channelPath(asked, '/tables'),
  nameOf: ({ from }) => `${from.schema}.${from.table}`,
  empty:
    'no tables; look at the mappings with: lutra describe channel NAME, and at the databases with: lutra check NAME',
  columns: [
    ['PIPELINE', ({ pipeline }) => pipeline],
    ['MAPPING', ({ mapping }) => String(mapping)],
    ['FROM', ({ from }) => printable(`${from.schema}.${from.table}`)],
    ['TO', ({ to }) => printable(`${to.schema}.${to.table}`)],
    ['STATE', ({ state }) => (state === 'ok' ? paint('green', state) : paint('red', state))],
    ['PROBLEMS', ({ problems }) => cell(problems.map(({ message }) => message).join('; '))],
  ],
});

const positions = pagedKind<PipelinePosition>({
  name: 'positions',
  alias: 'position',
  summary: 'Where the pipelines of a channel stand: source, published, applied, offsets in Kafka.',
  inChannel: true,
  examples: ['lutra get positions shop', 'lutra get positions shop -o json'],
  page: positionListSchema,
  path: (asked) => channelPath(asked, '/positions'),
  nameOf: ({ pipeline }) => pipeline,
  empty: 'no pipelines',
  columns: [
    ['PIPELINE', ({ pipeline }) => pipeline],
    ['SOURCE', ({ source }) => placeText(source)],
    ['PUBLISHED', ({ published }) => placeText(published)],
    ['APPLIED', ({ applied }) => placeText(applied)],
    [
      'NEXT/END',
      ({ offsets }) => offsets.map((each) => `${each.partition}: ${each.committed ?? '-'}/${each.end}`).join(', '),
    ],
    ['BEHIND', ({ offsets }) => count(offsets.reduce((sum, { behind }) => sum + Number(behind ?? 0), 0))],
  ],
  below: ({ items }) =>
    items.flatMap(({ pipeline, problems }) =>
      problems.flatMap(({ message, remedy }) => [
        `${paint('yellow', pipeline)}: ${printable(message)}`,
        `  ${paint('cyan', 'remedy')}: ${printable(remedy)}`,
      ]),
    ),
});

function placeText(place: PipelinePosition['source']): string {
  if (place === undefined) return '-';
  return printable(place.file === '' ? place.gtidSet : `${place.file}:${place.position}`);
}

const revisions = pagedKind<RevisionView & { yaml?: string | undefined }>({
  name: 'revisions',
  alias: 'revision',
  summary: 'Revisions of a channel, newest first: who changed what; lutra rollback goes back to one.',
  inChannel: true,
  item: 'revision',
  options: [filterOption()],
  examples: ['lutra get revisions shop', 'lutra get revision shop 3 -o yaml'],
  page: revisionListSchema,
  path: (asked) => channelPath(asked, '/revisions'),
  read: readOne(revisionDocumentSchema, (asked, name) => channelPath(asked, `/revisions/${encodeURIComponent(name)}`)),
  nameOf: ({ revision }) => String(revision),
  empty: 'no revision is kept yet: the next change makes one',
  yaml: ({ yaml, ...revision }) => yaml ?? yamlText(revision),
  columns: [
    ['REVISION', ({ revision }) => String(revision)],
    ['AT', ({ at }) => moment(at)],
    ['BY', ({ by }) => cell(by)],
    ['CHANGED', ({ changed }) => cell(changed.join(', '))],
    ['NOTE', ({ note }) => cell(note)],
  ],
});

export const PLACE_KINDS: readonly Kind[] = [databases, tables, positions, revisions];
