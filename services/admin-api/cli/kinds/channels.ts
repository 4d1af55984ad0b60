import { Option } from 'commander';
import { type ChannelView, channelListSchema, channelViewSchema } from '../../schemas/channels.ts';
import type { PipelineView } from '../../schemas/status.ts';
import { channelStatusSchema, statusListSchema } from '../../schemas/status.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { yamlText } from '../output.ts';
import { readPages } from '../pages.ts';
import { count, duration, paintState, printable } from '../screen.ts';
import { cell, channelPath, type Form, filterOption, type Kind, pagedKind, shownList, shownOne } from './kind.ts';

const channels = pagedKind<ChannelView>({
  name: 'channels',
  alias: 'channel',
  summary: 'Channels: state asked for, revision, pipelines.',
  item: 'channel',
  options: [
    filterOption(),
    new Option('--state <state>', 'only these').choices(['running', 'paused']),
    new Option('--site <site>', 'only those that read or write a database of this site'),
    new Option('--database <database>', 'only those that use this database'),
  ],
  examples: [
    'lutra get channels',
    'lutra get channels --state paused -o name',
    'lutra get channel shop -o yaml > shop.yaml',
  ],
  page: channelListSchema,
  path: () => '/channels',
  read: (client, _asked, name) => client.json(channelViewSchema, channelPath({ channel: name })),
  nameOf: ({ name }) => name,
  empty: 'no channels yet; create one with: lutra apply -f FILE',
  yaml: ({ document }) => yamlText(document),
  columns: [
    ['NAME', ({ name }) => name],
    ['DESIRED', ({ state }) => paintState(state)],
    ['REVISION', ({ revision }) => String(revision)],
    ['PIPELINES', ({ document }) => printable(pipelinesText(document.pipelines))],
    ['CHANGED', ({ updatedAt }) => `${duration(Date.now() - updatedAt)} ago`],
  ],
});

function pipelinesText(pipelines: readonly { name: string; from: string; to: string }[]): string {
  return pipelines.map(({ name, from, to }) => `${name} (${from} -> ${to})`).join(', ');
}

export type ChannelPipeline = PipelineView & { readonly channel: string };

const PIPELINE_FORM: Form<ChannelPipeline> = {
  nameOf: ({ channel, name }) => `${channel}/${name}`,
  empty: 'no pipelines; create a channel with: lutra apply -f FILE',
  columns: [
    ['CHANNEL', ({ channel }) => channel],
    ['PIPELINE', ({ name }) => name],
    ['FROM -> TO', ({ from, to }) => `${from} -> ${to}`],
    ['STATE', ({ state }) => paintState(state)],
    ['LAG', ({ lagMs }) => duration(lagMs)],
    ['ROWS/S', ({ rowsPerSecond }) => count(rowsPerSecond)],
    ['REASON', ({ reason }) => cell(reason?.code)],
  ],
};

const pipelines: Kind = {
  name: 'pipelines',
  alias: 'pipeline',
  summary: 'Pipelines of all channels, or of one: state, lag, rows a second.',
  inChannel: false,
  item: 'channel[/pipeline]',
  options: [filterOption()],
  examples: ['lutra get pipelines', 'lutra get pipelines shop', 'lutra get pipeline shop/orders -o json'],
  list: async (client, { query }) => {
    const { items } = await readPages(client, statusListSchema, '/status', { query });
    const found = items.flatMap((each) => each.pipelines.map((pipeline) => ({ channel: each.name, ...pipeline })));
    return shownList({ items: found, total: found.length }, PIPELINE_FORM);
  },
  one: async (client, _asked, name) => {
    const [channel = '', pipeline] = name.split('/');
    const status = await client.json(channelStatusSchema, channelPath({ channel }, '/status'));
    const all = status.pipelines.map((each) => ({ channel, ...each }));
    if (pipeline === undefined) return shownList({ items: all, total: all.length }, PIPELINE_FORM);
    const found = all.find((each) => each.name === pipeline);
    if (found !== undefined) return shownOne(found, PIPELINE_FORM);
    const known = all.map((each) => each.name).join(', ');
    throw new CliError(EXIT.refused, [`the channel ${channel} has no pipeline ${pipeline}; it has ${known}`]);
  },
};

export const CHANNEL_KINDS: readonly Kind[] = [channels, pipelines];
