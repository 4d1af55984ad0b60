import { setTimeout as delay } from 'node:timers/promises';
import { Screen } from '../demo/screen.ts';
import { count } from '../services/admin-api/cli/screen.ts';

const ON_TERMINAL_MS = 500;
const IN_A_LOG_MS = 5_000;

/** Tells a person what the benchmark does: lines, and progress while something runs. */
export class Talk {
  private readonly screen = new Screen(process.stdout);
  private readonly everyMs = process.stdout.isTTY ? ON_TERMINAL_MS : IN_A_LOG_MS;
  private toldAt = 0;

  line(text: string): void {
    this.screen.clear();
    this.screen.line(text);
  }

  /** Shows how far something is, not more often than a reader likes. */
  progress(title: string, done: number): void {
    const now = performance.now();
    if (now - this.toldAt < this.everyMs) return;
    this.toldAt = now;
    this.screen.show(`  ${title}: ${count(done)} rows`);
  }

  /** Waits for `work`, asking `done` for the progress meanwhile; says how long it took. */
  async during<T>(title: string, done: () => Promise<number>, work: Promise<T>): Promise<T> {
    const start = performance.now();
    const over = new AbortController();
    this.toldAt = start;
    const watch = this.watch(title, done, over.signal);
    try {
      return await work;
    } finally {
      over.abort();
      await watch;
      this.line(`  ${title}  ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    }
  }

  private async watch(title: string, done: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(this.everyMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) this.progress(title, await done().catch(() => 0));
    }
  }
}
