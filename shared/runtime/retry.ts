import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms` or until the signal; resolves false when the signal ended the wait. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** Next wait of an exponential backoff with full jitter, ms: at least 50, at most `limitMs`. `attempt` counts from 0. */
export function backoffMs(attempt: number, limitMs: number): number {
  const top = Math.min(limitMs, 100 * 2 ** Math.min(attempt, 20));
  return Math.max(50, Math.round(top * (0.5 + Math.random() / 2)));
}
