import { Channels } from './channels.ts';
import { compareTables, type Difference } from './compare.ts';
import { LagProbe, percentile } from './lag-probe.ts';
import { settle } from './marker.ts';
import { watchProgress } from './progress.ts';
import type { Screen } from './screen.ts';
import { type Addresses, type DemoServers, demoServers } from './servers.ts';
import {
  createTutorial,
  insertSeedRows,
  TUTORIAL_CHANNEL,
  TUTORIAL_FILE,
  tutorialDocument,
  tutorialPairs,
  tutorialRoutes,
} from './tutorial.ts';
import { Workload } from './workload.ts';

/** What the demo needs of a stack; `StackHandle` is one. */
export type DemoStack = Addresses & {
  address(name: string, kind?: 'client' | 'http'): string;
  /** Of an admin, for the admin API. */
  readonly token: string;
  kill(...names: readonly string[]): Promise<void>;
};

export type DemoOptions = { readonly changes: number; readonly perSecond: number; readonly seed: number };

export type Verdict = {
  readonly isOk: boolean;
  /** The last line of the demo. */
  readonly line: string;
  /** What differs, empty when all is well. */
  readonly differences: readonly Difference[];
};

const CONNECTIONS = 6;
const START_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 90_000;

/** The demo on a stack that runs: tables, channel, live workload with two kills, comparison. Throws sentences. */
export async function runDemo(
  stack: DemoStack,
  options: DemoOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<Verdict> {
  const servers = demoServers(stack);
  const channels = new Channels(stack.address('admin-api', 'http'), stack.token);
  await prepare(servers, channels, screen);
  signal.throwIfAborted();
  const probes = tutorialRoutes(servers).map((route) => new LagProbe(route));
  const workload = new Workload({ servers, ...options, connections: CONNECTIONS });
  const outages = await runUnderFire({ stack, workload, probes, channels, screen, changes: options.changes }, signal);
  signal.throwIfAborted();
  screen.line(`workload done: ${countsText(workload)}`);
  for (const { route } of probes) await settle(route, SETTLE_LIMIT_MS, signal);
  return judge(servers, workload, lagText(probes, outages), screen);
}

async function prepare(servers: DemoServers, channels: Channels, screen: Screen): Promise<void> {
  await screen.step('tables mshop_order.ord_order, ord_item, mshop_user.user -> otter_order, otter_user', async () => {
    await channels.remove(TUTORIAL_CHANNEL);
    await createTutorial(servers);
  });
  await screen.step(`lutra apply -f demo/tutorial.yaml`, async () => {
    const since = Date.now();
    await channels.apply(await tutorialDocument(servers), TUTORIAL_FILE);
    await channels.waitRunning(TUTORIAL_CHANNEL, { since, limitMs: START_LIMIT_MS });
  });
  await screen.step('first rows at the target', async () => {
    await insertSeedRows(servers);
    for (const route of tutorialRoutes(servers)) await settle(route, SETTLE_LIMIT_MS);
  });
}

type Fire = {
  readonly stack: DemoStack;
  readonly workload: Workload;
  readonly probes: readonly LagProbe[];
  readonly channels: Channels;
  readonly screen: Screen;
  readonly changes: number;
};
/** From a kill until rows arrive again, on the clock of `performance.now`. */
type Outage = { readonly name: string; readonly from: number; readonly ms: number };

/** The workload, with the selector killed after a third of it and the loader after two thirds. */
async function runUnderFire(fire: Fire, signal: AbortSignal): Promise<Outage[]> {
  const { workload, probes, changes } = fire;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const beside = [...probes.map((probe) => probe.run(either)), watchProgress(fire, either)];
  try {
    const kills = Promise.all([
      killAt(fire, 'selector-sh', changes / 3, either),
      killAt(fire, 'loader-us', (changes * 2) / 3, either),
    ]);
    await workload.run(signal);
    return await kills;
  } finally {
    over.abort();
    await Promise.all(beside);
  }
}

async function killAt(
  { stack, workload, probes, screen }: Fire,
  name: string,
  changes: number,
  signal: AbortSignal,
): Promise<Outage> {
  await workload.reached(changes, signal);
  signal.throwIfAborted();
  const from = performance.now();
  await stack.kill(name);
  screen.line(`kill -9 ${name}`);
  const arrivals = await Promise.all(probes.map((probe) => probe.arrivalFrom(from, signal)));
  const ms = Math.max(...arrivals);
  screen.line(`${name} is back: rows arrive again after ${(ms / 1_000).toFixed(1)} s`);
  return { name, from, ms };
}

function countsText({ counts, changes }: Workload): string {
  const { transactions, inserts, updates, deletes, keyChanges } = counts;
  return `${number(changes)} changes in ${number(transactions)} transactions (${number(inserts)} inserts, ${number(updates)} updates, ${number(deletes)} deletes, ${number(keyChanges)} primary keys)`;
}

/** Percentiles of the rows that were not committed during an outage; those are told apart. */
function lagText(probes: readonly LagProbe[], outages: readonly Outage[]): string {
  const samples = probes.flatMap((probe) => probe.samples);
  const calm = samples.filter(({ committedAt }) =>
    outages.every(({ from, ms }) => committedAt < from - 1_000 || committedAt > from + ms),
  );
  const longest = samples.reduce((most, { ms }) => Math.max(most, ms), 0);
  const killed = `longest while killed ${number(longest)} ms`;
  if (calm.length === 0) return `lag not measured outside of the kills (${killed})`;
  return `lag p50 ${percentile(calm, 0.5).toFixed(0)} ms p99 ${percentile(calm, 0.99).toFixed(0)} ms (${killed})`;
}

async function judge(servers: DemoServers, workload: Workload, lag: string, screen: Screen): Promise<Verdict> {
  const pairs = tutorialPairs(servers);
  const differences: Difference[] = [];
  let count = 0;
  for (const pair of pairs) {
    const result = await compareTables(pair);
    screen.line(
      `${pair.source.schema}.${pair.source.table} = ${pair.target.schema}.${pair.target.table}: ${number(result.rows)} rows, ${result.differences} differences`,
    );
    differences.push(...result.examples);
    count += result.differences;
  }
  const isOk = count === 0;
  const line = isOk
    ? `demo ok: ${number(workload.changes)} changes, ${pairs.length} tables equal, ${lag}`
    : `demo failed: ${number(count)} differences after ${number(workload.changes)} changes`;
  return { isOk, line, differences };
}

/** `25,000` */
export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
