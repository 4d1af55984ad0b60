import { Random } from '../demo/random.ts';
import type { Fault } from './faults/fault.ts';

/** A fault, when it begins, ms after the first moment, and how long it lasts. */
export type Planned = { readonly atMs: number; readonly fault: Fault; readonly lastsMs: number };

export type PlanOptions = { readonly seed: number; readonly lengthMs: number; readonly everyMs: number };

const SHORTEST_MS = 300;
/** Time that a thing is left alone after a fault of its own. */
const REST_MS = 2_000;
/** More faults than these never last at once. */
const MOST_AT_ONCE = 4;
/** A fault that always lasts long is for runs that are so many times as long. */
const LENGTH_FOR_LONG_ONES = 4;

/** Faults at random times, some overlapping, none at a thing that has one already. Follows from the seed, the lengths and the list of faults. */
export function planFaults(faults: readonly Fault[], { seed, lengthMs, everyMs }: PlanOptions): readonly Planned[] {
  const random = new Random(seed);
  const plan: Planned[] = [];
  const restsUntil = new Map<string, number>();
  for (let atMs = between(random, everyMs); atMs < lengthMs; atMs += between(random, everyMs)) {
    const isFree = ({ thing }: Fault): boolean => (restsUntil.get(thing) ?? 0) <= atMs;
    const lasting = plan.filter((one) => one.atMs + one.lastsMs > atMs).length;
    const fits = ({ leastMs = 0 }: Fault): boolean =>
      leastMs * LENGTH_FOR_LONG_ONES <= lengthMs && atMs + leastMs <= lengthMs;
    const choices = faults.filter(
      (fault) => isFree(fault) && fits(fault) && (fault.longestMs === 0 || lasting < MOST_AT_ONCE),
    );
    const fault = weighted(choices, random);
    if (fault === undefined) continue;
    const longest = Math.min(fault.longestMs, lengthMs - atMs);
    const span = fault.longestMs - (fault.leastMs ?? 0);
    const lastsMs =
      fault.longestMs === 0 ? 0 : Math.min(longest, (fault.leastMs ?? SHORTEST_MS) + skewed(random, span));
    restsUntil.set(fault.thing, atMs + lastsMs + REST_MS);
    plan.push({ atMs, fault, lastsMs });
  }
  return plan;
}

/** From half of the average to one and a half of it. */
function between(random: Random, averageMs: number): number {
  return averageMs / 2 + random.below(Math.max(1, averageMs));
}

/** More often short than long. */
function skewed(random: Random, longestMs: number): number {
  const part = random.below(1_000) / 1_000;
  return Math.round(part * part * longestMs);
}

function weighted(faults: readonly Fault[], random: Random): Fault | undefined {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let left = (random.below(1_000_000) / 1_000_000) * total;
  return faults.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
}
