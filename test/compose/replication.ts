/** The demo's workload and comparison against a stack whose services know the databases by other addresses than we do. */
import { compareTables, differenceLine } from '../../demo/compare.ts';
import { settle } from '../../demo/marker.ts';
import { type DemoServers, demoServers } from '../../demo/servers.ts';
import {
  createTutorial,
  insertSeedRows,
  tutorialDocument,
  tutorialPairs,
  tutorialRoutes,
} from '../../demo/tutorial.ts';
import { Workload } from '../../demo/workload.ts';
import { StackError } from '../../stack/errors.ts';
import type { Report } from '../../stack/report.ts';
import type { StackInDocker } from './stack-in-docker.ts';

const FIRST_ROWS_LIMIT_MS = 90_000;
const SETTLE_LIMIT_MS = 90_000;
const CHANGES = 10_000;
const PER_SECOND = 1_000;

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
  await applyChannel(stack, await tutorialDocument(seenFromInside(servers)));
  await report.step('first row at the other site', () => settleAll(routes, FIRST_ROWS_LIMIT_MS));
  await insertSeedRows(servers);
  const counts = await report.step(`workload of ${CHANGES} changes, selector and loader killed`, () =>
    work(stack, servers),
  );
  await report.step('waiting until the target has caught up', () => settleAll(routes, SETTLE_LIMIT_MS));
  return { changes: counts, ...(await compare(servers)) };
}

/** The names and ports by which containers reach the databases. */
function seenFromInside(servers: DemoServers): DemoServers {
  const at = (name: keyof DemoServers): DemoServers['order'] => ({ ...servers[name], host: name, port: 3306 });
  return { order: at('order'), user: at('user'), otter: at('otter') };
}

/** By the command line that is in the image. */
async function applyChannel(stack: StackInDocker, document: string): Promise<void> {
  const command = ['exec', '-T', 'admin-api', 'node', 'bin/lutra.js', 'apply', '-f', '-'];
  const { code, said } = await stack.compose(command, ['printf', '%s', document]);
  if (code !== 0) throw new StackError(`"lutra apply" failed (${code}): ${said.trim()}`);
}

async function settleAll(routes: Parameters<typeof settle>[0][], limitMs: number): Promise<void> {
  await Promise.all(routes.map((route) => settle(route, limitMs)));
}

async function work(stack: StackInDocker, servers: DemoServers): Promise<number> {
  const workload = new Workload({ servers, seed: 1, changes: CHANGES, perSecond: PER_SECOND, connections: 3 });
  const running = workload.run(AbortSignal.timeout(SETTLE_LIMIT_MS));
  await stack.killAndStart('selector-sh');
  await stack.killAndStart('loader-us');
  await running;
  return workload.changes;
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
