import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../demo/random.ts';

/** Does something again and again until the signal, with a pause of half to one and a half of `everyMs` before each time. What it throws ends it. */
export async function atPace(
  { everyMs, random }: { readonly everyMs: number; readonly random: Random },
  signal: AbortSignal,
  step: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await delay(everyMs / 2 + random.below(Math.max(1, everyMs)), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await step();
  }
}
