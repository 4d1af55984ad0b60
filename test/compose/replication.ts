/** The demo's tables, channel, workload and comparison, on a stack whose services know the databases by other addresses than we do. */
import { Channels } from '../../demo/channels.ts';
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { type Route, settle } from '../../demo/marker.ts';
import { type DemoServers, demoServers } from '../../demo/servers.ts';
import {
  createTutorial,
  insertSeedRows,
  TUTORIAL_CHANNEL,
  tutorialDocument,
  tutorialPairs,
  tutorialRoutes,
} from '../../demo/tutorial.ts';
import { Workload } from '../../demo/workload.ts';
import { StackError } from '../../stack/errors.ts';
import type { Report } from '../../stack/report.ts';
import type { StackInDocker } from './stack-in-docker.ts';

/** Long enough for a machine that has much else to do. */
const LIMIT_MS = 240_000;
const WORKLOAD = { seed: 1, changes: 10_000, perSecond: 1_000, connections: 6 } as const;

/** What was done and found. */
export type ReplicationResult = {
  readonly changes: number;
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly string[];
};

/** Tables, channel, seed rows, then a live workload with selector and loader killed in the middle; resolves to the comparison. */
export async function replicate(stack: StackInDocker, report: Report): Promise<ReplicationResult> {
  const servers = demoServers(stack);
  const routes = tutorialRoutes(servers);
  await createTutorial(servers);
  await report.step('lutra apply, until the channel runs', () => runChannel(stack, servers));
  await report.step('first rows at the other site', async () => {
    await insertSeedRows(servers);
    await settleAll(routes);
  });
  const changes = await report.step('workload, selector and loader killed', () => work(stack, servers));
  await report.step('until the target has caught up', () => settleAll(routes));
  return { changes, ...(await compare(servers)) };
}

/** Applies the tutorial's channel by the command line that is in the image, and waits until its pipelines run. */
async function runChannel(stack: StackInDocker, servers: DemoServers): Promise<void> {
  const since = Date.now();
  const url = `http://${stack.address('admin-api')}`;
  const token = await stack.adminToken();
  const command = ['exec', '-T', '-e', `LUTRA_TOKEN=${token}`, 'admin-api', 'node', 'bin/lutra.js', 'apply', '-f', '-'];
  const document = await tutorialDocument(seenFromInside(servers));
  const { code, said } = await stack.compose(command, ['printf', '%s', document]);
  if (code !== 0) throw new StackError(`"lutra apply" failed (${code}): ${said.trim()}`);
  const channels = new Channels(url, token);
  await channels.waitRunning(TUTORIAL_CHANNEL, { since, limitMs: LIMIT_MS });
}

/** The names and ports by which containers reach the databases. */
function seenFromInside(servers: DemoServers): DemoServers {
  const at = (name: keyof DemoServers): DemoServers['order'] => ({ ...servers[name], host: name, port: 3306 });
  return { order: at('order'), user: at('user'), otter: at('otter') };
}

async function settleAll(routes: readonly Route[]): Promise<void> {
  for (const route of routes) await settle(route, LIMIT_MS);
}

/** The selector dies after a third of the changes, the loader after two; resolves to the count of changes. */
async function work(stack: StackInDocker, servers: DemoServers): Promise<number> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const workload = new Workload({ servers, ...WORKLOAD });
  const running = workload.run(signal);
  const killed = (async (): Promise<void> => {
    await workload.reached(WORKLOAD.changes / 3, signal);
    await stack.killAndStart('selector-sh');
    await workload.reached((WORKLOAD.changes * 2) / 3, signal);
    await stack.killAndStart('loader-us');
  })();
  await Promise.all([running, killed]);
  if (workload.changes >= WORKLOAD.changes) return workload.changes;
  throw new StackError(`The workload made ${workload.changes} changes in ${LIMIT_MS} ms, not ${WORKLOAD.changes}.`);
}

async function compare(servers: DemoServers): Promise<Omit<ReplicationResult, 'changes'>> {
  const pairs = tutorialPairs(servers);
  const differences: string[] = [];
  let rows = 0;
  for (const pair of pairs) {
    const found = await compareTables(pair);
    rows += found.rows;
    differences.push(...found.examples.map(differenceLine));
  }
  return { tables: pairs.length, rows, differences };
}
