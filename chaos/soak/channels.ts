import { Channels } from '../../demo/channels.ts';
import { run } from '../../demo/servers.ts';
import type { StackHandle } from '../../stack/api.ts';
import { databaseEntry } from '../database-entry.ts';
import type { SoakRoute } from './bed.ts';
import { soakStatements } from './load.ts';

const START_LIMIT_MS = 120_000;

type SoakParts = { readonly stack: StackHandle; readonly routes: readonly SoakRoute[] };

/** Makes schemas and channels; resolves when every pipeline runs. */
export async function openSoakRoutes({ stack, routes }: SoakParts): Promise<void> {
  const [first] = routes;
  if (first === undefined) return;
  await run(first.from.server, soakStatements(first.from.schema, true));
  for (const { to } of routes) await run(to.server, soakStatements(to.schema, false));
  const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  const since = Date.now();
  for (const route of routes) await channels.apply(JSON.stringify(documentOf(route, route === first)));
  for (const { channel } of routes) await channels.waitRunning(channel, { since, limitMs: START_LIMIT_MS });
  await run(first.from.server, [`INSERT INTO ${first.from.schema}.pulse VALUES (1, 0)`]);
}

/** The first document brings the database that all of them read. */
function documentOf({ channel, from, to, port }: SoakRoute, isFirst: boolean): object {
  const [source, target] = ['order', `target-${channel}`];
  return {
    apiVersion: 'lutra/v1',
    kind: 'Channel',
    name: channel,
    databases: {
      ...(isFirst ? { [source]: databaseEntry('source', 'sh', from.server.port) } : {}),
      [target]: databaseEntry('target', channel === 'far' ? 'us' : 'sh', port),
    },
    pipelines: [
      {
        ...{ name: 'p', from: source, to: target, start: 'end' },
        mappings: [{ from: `${from.schema}.*`, to: `${to.schema}.*` }],
      },
    ],
  };
}
