import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackHandle } from '../stack/api.ts';

export type MemoryMeterParts = {
  readonly stack: StackHandle;
  readonly names: readonly string[];
  readonly everyMs: number;
};

/** Resident memory of processes over all their lives, in MB. */
export class MemoryMeter {
  readonly peaksMb = new Map<string, number>();
  /** What each took at each look, in order. */
  readonly seriesMb = new Map<string, number[]>();
  private readonly parts: MemoryMeterParts;

  constructor(parts: MemoryMeterParts) {
    this.parts = parts;
    for (const name of parts.names) this.seriesMb.set(name, []);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const name of this.parts.names) this.look(name);
      await delay(this.parts.everyMs, undefined, { signal }).catch(() => {});
    }
  }

  private look(name: string): void {
    const { pid } = this.parts.stack.process(name);
    const found = pid === undefined ? undefined : memoryOf(pid);
    if (found === undefined) return;
    this.peaksMb.set(name, Math.max(found.peakMb, this.peaksMb.get(name) ?? 0));
    this.seriesMb.get(name)?.push(found.nowMb);
  }
}

/** Undefined when the process has ended. */
function memoryOf(pid: number): { readonly peakMb: number; readonly nowMb: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mb = (field: string): number =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024);
    return { peakMb: mb('VmHWM'), nowMb: mb('VmRSS') };
  } catch {
    return undefined;
  }
}
