import { setTimeout as delay } from 'node:timers/promises';
import { endState, untilCalm } from '../end-state.ts';
import { checkLogs } from '../log-check.ts';
import { MemoryMeter } from '../meters.ts';
import type { SoakBed } from './bed.ts';
import { openSoakRoutes } from './channels.ts';
import { SoakLoad } from './load.ts';
import { LogReaders } from './log-readers.ts';
import type { SoakOptions } from './options.ts';
import { type SoakFindings, trendOf } from './report.ts';
import { PipelineWatch } from './watch.ts';

/** What the slow target's answers are late by, each way. */
const SLOW_MS = 250;
const MEMORY_LOOK_EVERY_MS = 5_000;
const TELL_EVERY_MS = 60_000;
const BURST_SECONDS = 10;
const CALM_LIMIT_MS = 900_000;
const BEGIN_LIMIT_MS = 120_000;
const BEGIN_POLL_MS = 100;

/** A steady load with one target slow and one stopped, a burst in the middle, then the stopped one released and everything compared. The signal ends the load early. */
export async function runSoak(
  bed: SoakBed,
  { minutes, rate }: SoakOptions,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakFindings> {
  await openSoakRoutes(bed);
  const { stack, routes, slow, stopped } = bed;
  const [first] = routes;
  if (first === undefined) throw new Error('a soak run needs a route');
  const watches = routes.map((route) => new PipelineWatch(stack, route));
  const names = stack.processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [name]));
  const memory = new MemoryMeter({ stack, names, everyMs: MEMORY_LOOK_EVERY_MS });
  const readers = new LogReaders(first.from.server);
  const load = new SoakLoad(first.from, rate);
  const [working, watching] = [new AbortController(), new AbortController()];
  const watchers = [...watches, memory, readers].map((one) => one.run(watching.signal));
  const beats = watches.map(({ pulse }) => pulse.run(working.signal));
  await untilBegun(watches);
  slow.slow(SLOW_MS, 0);
  stopped.refuse();
  tell(`one target answers ${2 * SLOW_MS} ms late, one is stopped; ${rate} transactions a second`);
  const telling = setInterval(() => tell(progressLine(load, watches)), TELL_EVERY_MS);
  const [began, lengthMs] = [performance.now(), minutes * 60_000];
  const work = [
    load.run(working.signal),
    load.burst(lengthMs / 2, Math.min(BURST_SECONDS, minutes * 2), working.signal),
  ];
  await Promise.race([delay(lengthMs, undefined, { signal }).catch(() => {}), Promise.all(work)]);
  working.abort();
  await Promise.all([...work, ...beats]);
  const seconds = (performance.now() - began) / 1_000;
  const trends = [...memory.seriesMb].map(([name, series]) => trendOf(name, [...series]));
  tell('the load is over; the stopped target is released');
  const released = performance.now();
  stopped.clear();
  slow.clear();
  const late = await untilCalm(
    stack,
    routes,
    watches.map(({ pulse }) => pulse),
    { limitMs: CALM_LIMIT_MS, tell },
  );
  const calmAfterMs = late.length === 0 ? performance.now() - released : undefined;
  clearInterval(telling);
  watching.abort();
  await Promise.all(watchers);
  const end = await endState(routes);
  const logs = checkLogs(stack);
  return {
    ...{ seconds, single: load.single, large: load.large, watches, readers: readers.seen.size },
    memory: { peaksMb: memory.peaksMb, trends },
    ...{ calmAfterMs, compared: end, codes: logs.codes, troubles: [...late, ...end.violations, ...logs.violations] },
  };
}

/** Resolves when something has come to every target. */
async function untilBegun(watches: readonly PipelineWatch[]): Promise<void> {
  const deadline = performance.now() + BEGIN_LIMIT_MS;
  while (watches.some(({ lagsMs }) => lagsMs.length === 0)) {
    if (performance.now() > deadline) throw new Error('the first rows did not arrive at every target');
    await delay(BEGIN_POLL_MS);
  }
}

function progressLine({ single, large }: SoakLoad, watches: readonly PipelineWatch[]): string {
  const each = watches.map(
    ({ route, pulse, shown }) => `${route.channel} ${(pulse.lagMs / 1_000).toFixed(1)} s behind, ${shown}`,
  );
  return `${new Date().toISOString()}  ${single} and ${large} transactions; ${each.join('; ')}`;
}
