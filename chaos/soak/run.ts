import { setTimeout as delay } from 'node:timers/promises';
import type { SoakBed } from './bed.ts';
import { SoakLoad } from './load.ts';
import { Observation } from './observation.ts';
import type { SoakOptions } from './options.ts';
import type { SoakFindings } from './report.ts';

/** What the slow target's answers are late by, each way. */
const SLOW_MS = 250;
const MEMORY_EVERY_MS = 5_000;
const BURST_SECONDS = 10;

/** A steady load with one target slow and one stopped, a burst in the middle, then the stopped one released and everything compared. The signal ends the load early. */
export async function runSoak(
  bed: SoakBed,
  { minutes, rate }: Pick<SoakOptions, 'minutes' | 'rate'>,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakFindings> {
  const load = new SoakLoad(bed.from, rate);
  const progress = (): string => `${load.single} transactions of one row, ${load.large} large ones`;
  const observation = new Observation({ bed, memoryEveryMs: MEMORY_EVERY_MS, tell, progress });
  await observation.begun();
  bed.slow.slow(SLOW_MS, 0);
  bed.stopped.refuse();
  tell(`one target answers ${2 * SLOW_MS} ms late, one is stopped; ${rate} transactions a second`);
  const working = new AbortController();
  const [began, lengthMs] = [performance.now(), minutes * 60_000];
  const burst = load.burst(lengthMs / 2, Math.min(BURST_SECONDS, minutes * 2), working.signal);
  const work = Promise.all([load.run(working.signal), burst]);
  await Promise.race([delay(lengthMs, undefined, { signal }).catch(() => {}), work]);
  working.abort();
  await work;
  const seconds = (performance.now() - began) / 1_000;
  tell('the load is over; the stopped target is released');
  const observed = await observation.end(() => {
    bed.stopped.clear();
    bed.slow.clear();
  });
  const done = `${progress()} in ${seconds.toFixed(0)} s, ${Math.round(load.single / seconds)} of one row a second`;
  return { ...observed, done };
}
