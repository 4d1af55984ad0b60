import { Channels } from '../demo/channels.ts';
import { run, serverAt } from '../demo/servers.ts';
import type { StackHandle } from '../stack/api.ts';
import { type Links, linkOf } from './links.ts';
import type { ChaosRoute } from './route.ts';
import { firstRows, schemaStatements } from './tables.ts';

const START_LIMIT_MS = 120_000;

/** Which process a link of a database leads to. */
export const DATABASE_LINKS: Readonly<Record<string, string>> = {
  'selector-sh>order': 'order',
  'selector-sh>user': 'user',
  'loader-us>otter': 'otter',
  'loader-sh>user': 'user',
};

type Plan = {
  readonly channel: string;
  readonly title: string;
  /** Link and process of source and target. */
  readonly from: keyof typeof SOURCES;
  readonly to: keyof typeof TARGETS;
  readonly partitions: number;
};

const SOURCES = { order: 'selector-sh>order', maria: 'selector-sh>user' } as const;
const TARGETS = { otter: 'loader-us>otter', copy: 'loader-sh>user' } as const;

/** To the other site across MirrorMaker and within a site, from and to both servers; one source feeds two channels, another one has four partitions. */
const PLANS: readonly Plan[] = [
  { channel: 'far', title: 'MySQL sh -> MySQL us', from: 'order', to: 'otter', partitions: 1 },
  { channel: 'near', title: 'MySQL sh -> MariaDB sh', from: 'order', to: 'copy', partitions: 1 },
  { channel: 'spread', title: 'MariaDB sh -> MySQL us, 4 partitions', from: 'maria', to: 'otter', partitions: 4 },
];

/** Makes schemas and channels, and writes the first rows once every pipeline runs. */
export async function openRoutes(stack: StackHandle, links: Links): Promise<readonly ChaosRoute[]> {
  const server = (link: string): ReturnType<typeof serverAt> => serverAt(stack.address(DATABASE_LINKS[link] ?? link));
  const routes = PLANS.map((plan): ChaosRoute => {
    const from = { server: server(SOURCES[plan.from]), schema: `chaos_${plan.from}` };
    return { ...plan, from, to: { server: server(TARGETS[plan.to]), schema: `copy_${plan.channel}` } };
  });
  const sources = new Map(routes.map(({ from }) => [from.schema, from]));
  for (const { server: at, schema } of [...sources.values(), ...routes.map(({ to }) => to)])
    await run(at, schemaStatements(schema));
  const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  const since = Date.now();
  for (const plan of PLANS) await channels.apply(JSON.stringify(documentOf(plan, links)));
  for (const { channel } of PLANS) await channels.waitRunning(channel, { since, limitMs: START_LIMIT_MS });
  for (const { server: at, schema } of sources.values()) await run(at, firstRows(schema));
  return routes;
}

function documentOf({ channel, from, to, partitions }: Plan, links: Links): object {
  const first = (name: keyof Plan, value: string): boolean =>
    PLANS.find((plan) => plan[name] === value)?.channel === channel;
  const database = (link: string, side: 'source' | 'target'): object => ({
    site: side === 'source' || link.startsWith('loader-sh') ? 'sh' : 'us',
    hosts: `127.0.0.1:${linkOf(links, link).port}`,
    ...(side === 'source' ? { partitions } : {}),
    user: side === 'source' ? 'lutra' : 'lutra_load',
    password: { env: side === 'source' ? 'LUTRA_DB_PASSWORD' : 'LUTRA_LOAD_PASSWORD' },
  });
  return {
    apiVersion: 'lutra/v1',
    kind: 'Channel',
    name: channel,
    databases: {
      ...(first('from', from) ? { [from]: database(SOURCES[from], 'source') } : {}),
      ...(first('to', to) ? { [to]: database(TARGETS[to], 'target') } : {}),
    },
    pipelines: [
      { name: 'p', from, to, start: 'end', mappings: [{ from: `chaos_${from}.*`, to: `copy_${channel}.*` }] },
    ],
  };
}
