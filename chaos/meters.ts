import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackHandle } from '../stack/api.ts';

const LOOK_EVERY_MS = 500;
const METERED = ['selector-sh', 'loader-us', 'loader-sh', 'admin-api', 'mirror-us'];

/** Peak of resident memory of processes, over all their lives, in MB. */
export class MemoryMeter {
  readonly peaksMb = new Map<string, number>();
  private readonly stack: StackHandle;

  constructor(stack: StackHandle) {
    this.stack = stack;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const name of METERED) this.look(name);
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private look(name: string): void {
    const { pid } = this.stack.process(name);
    if (pid === undefined) return;
    const peak = Math.round(highWaterKb(pid) / 1024);
    this.peaksMb.set(name, Math.max(peak, this.peaksMb.get(name) ?? 0));
  }
}

/** VmHWM, 0 when the process has ended. */
function highWaterKb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
