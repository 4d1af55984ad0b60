import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../stack/errors.ts';
import type { ChaosBed } from './bed.ts';
import { openRoutes } from './channels.ts';
import { type EndState, endState, untilCalm } from './end-state.ts';
import { allFaults, chosenFaults } from './faults/all-faults.ts';
import { linkOf } from './links.ts';
import { checkLogs } from './log-check.ts';
import { MemoryMeter } from './meters.ts';
import type { ChaosOptions } from './options.ts';
import { planFaults } from './plan.ts';
import { Pulse } from './pulse.ts';
import type { ChaosRoute } from './route.ts';
import { Storm } from './storm.ts';
import { memoryViolations, type RunFindings } from './verdict.ts';
import { Witness } from './witness.ts';
import { ChaosWorkload } from './workload.ts';

const METERED = ['selector-sh', 'loader-us', 'loader-sh', 'admin-api', 'mirror-us'];
const MEMORY_LOOK_EVERY_MS = 500;
const BEGIN_LIMIT_MS = 60_000;
const CALM_LIMIT_MS = 300_000;
/** Of a stream with several partitions the pulse tells of one only. */
const OTHER_PARTITIONS_LIMIT_MS = 30_000;

/** Faults for a time under load, then everything healed and looked at. The signal ends the faults early. */
export async function runChaos(
  bed: ChaosBed,
  options: ChaosOptions,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<RunFindings> {
  const routes = await openRoutes(bed.stack, bed.links);
  const pulses = routes.map((route) => new Pulse(route));
  await begun(routes);
  const witnesses = routes.map((route, n) => new Witness(route, pulses[n]?.seen ?? (() => {})));
  const memory = new MemoryMeter({ stack: bed.stack, names: METERED, everyMs: MEMORY_LOOK_EVERY_MS });
  const workload = new ChaosWorkload(routes, options);
  const [working, beating, watching] = [new AbortController(), new AbortController(), new AbortController()];
  const watchers = [...witnesses, memory].map((one) => one.run(watching.signal));
  const beats = pulses.map((pulse) => pulse.run(beating.signal));
  const load = workload.run(working.signal);
  const lengthMs = options.minutes * 60_000;
  const faults = allFaults(bed.stack, (link) => linkOf(bed.links, link));
  const plan = planFaults(chosenFaults(faults, options.faults), {
    seed: options.seed,
    lengthMs,
    everyMs: options.everySeconds * 1_000,
  });
  const storm = new Storm({ plan, lengthMs, pulses, tell });
  await storm.run(signal);
  const healed = performance.now();
  tell(`all faults are over; ${workload.committed} transactions so far`);
  working.abort();
  await load;
  beating.abort();
  await Promise.all(beats);
  const troubles = await untilCalm(bed.stack, routes, pulses, { limitMs: CALM_LIMIT_MS, tell });
  const calmAfterMs = troubles.length === 0 ? performance.now() - healed : undefined;
  storm.stopWatching();
  watching.abort();
  await Promise.all(watchers);
  const end = await settledState(routes);
  const logs = checkLogs(bed.stack);
  return {
    seed: options.seed,
    injected: storm.injected,
    transactions: workload.committed,
    failedTransactions: workload.failed,
    statements: workload.statements,
    looks: witnesses.reduce((sum, { looks }) => sum + looks, 0),
    calmAfterMs,
    longestLagMs: Math.max(...pulses.map(({ longestMs }) => longestMs)),
    peaksMb: memory.peaksMb,
    logs,
    end,
    violations: [
      ...troubles,
      ...witnesses.flatMap(({ violations }) => violations),
      ...end.violations,
      ...logs.violations,
      ...memoryViolations(memory.peaksMb),
    ],
  };
}

/** Waits until the first rows are at the targets, in all partitions. */
async function begun(routes: readonly ChaosRoute[]): Promise<void> {
  const deadline = performance.now() + BEGIN_LIMIT_MS;
  for (;;) {
    const { violations } = await endState(routes);
    if (violations.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`the first rows did not arrive: ${violations.slice(0, 3).join('; ')}`);
    await delay(500);
  }
}

async function settledState(routes: readonly ChaosRoute[]): Promise<EndState> {
  const deadline = performance.now() + OTHER_PARTITIONS_LIMIT_MS;
  for (;;) {
    const found = await endState(routes).catch((error: unknown): EndState => {
      return { tables: 0, rows: 0, violations: [`source and target could not be compared: ${messageOf(error)}`] };
    });
    if (found.violations.length === 0 || performance.now() > deadline) return found;
    await delay(1_000);
  }
}
