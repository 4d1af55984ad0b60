import { setTimeout as delay } from 'node:timers/promises';
import { CliError, EXIT } from './cli-error.ts';

export type WatchOptions = { readonly isRedrawn: boolean; readonly everyMs?: number };

/** Prints what `look` finds again and again until Ctrl-C. On a terminal the screen is drawn anew when that is asked for; elsewhere one block follows the other. An admin API that is away is said and asked again. */
export async function watch(look: () => Promise<string>, { isRedrawn, everyMs = 1000 }: WatchOptions): Promise<void> {
  await untilStopped(async (signal) => {
    while (!signal.aborted) {
      const text = await look().catch(away);
      const clear = process.stdout.isTTY && isRedrawn ? '\u001b[H\u001b[2J' : '';
      console.log(`${clear}${text}`);
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  });
}

/** Runs until Ctrl-C or SIGTERM, which end the signal that `work` gets. */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  try {
    await work(stop.signal);
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
}

function away(error: unknown): string {
  if (error instanceof CliError && error.exitCode === EXIT.unreachable) return error.message;
  throw error;
}
