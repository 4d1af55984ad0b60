import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Asks until the answer is neither undefined nor false, and resolves to it. A question that throws is asked again.
 * Throws after `limitMs`, with what was waited for and what `describe` says about the present.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { limitMs = 30_000, describe }: { limitMs?: number; describe?: () => unknown } = {},
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (let failure: unknown; ; ) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      const now = describe === undefined ? '' : `; now ${JSON.stringify(await describe())}`;
      throw new Error(`not within ${limitMs} ms: ${what}${now}`, { cause: failure });
    }
    await delay(POLL_MS);
  }
}
