import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackHandle } from '../stack/api.ts';

/** What one process used during a leg. */
export type Usage = { readonly name: string; readonly cpuMs: number; readonly peakMb: number };

/** Linux counts CPU time in hundredths of a second (USER_HZ) on every platform that Node runs on. */
const TICK_MS = 10;
const RESET_PEAK = '5';
const QUIET_WINDOW_MS = 300;
/** Share of one core that brokers and services use while they have nothing to do, with some room. */
const QUIET_SHARE = 0.35;
const QUIET_LIMIT_MS = 20_000;

type Watched = { readonly name: string; readonly pid: number; readonly cpuMs: number };

/** CPU time and peak memory of every process of a stack, and of this one as `bench`, from `start` to `read`. */
export class ProcessMeter {
  private readonly stack: StackHandle;
  private readonly watched: readonly Watched[];

  private constructor(stack: StackHandle, watched: readonly Watched[]) {
    this.stack = stack;
    this.watched = watched;
  }

  /** Sets the peaks to the present memory and begins to count. */
  static start(stack: StackHandle): ProcessMeter {
    const watched = processesOf(stack).map(({ name, pid }) => {
      writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
      return { name, pid, cpuMs: cpuMs(pid) };
    });
    return new ProcessMeter(stack, watched);
  }

  /** What was used so far. Errors: when a process died meanwhile, since the leg is then worth nothing. */
  read(): Usage[] {
    const now = new Map(processesOf(this.stack).map(({ name, pid }) => [name, pid]));
    return this.watched.map(({ name, pid, cpuMs: before }) => {
      if (now.get(name) !== pid) throw new Error(`${name} died during the measurement; see its log.`);
      return { name, cpuMs: cpuMs(pid) - before, peakMb: peakMb(pid) };
    });
  }
}

/** Waits until the processes have nothing left to do from the leg before; at most 20 s. */
export async function untilQuiet(stack: StackHandle): Promise<void> {
  const deadline = performance.now() + QUIET_LIMIT_MS;
  const used = (): number => processesOf(stack).reduce((sum, { pid }) => sum + cpuMs(pid), 0);
  for (let before = used(); performance.now() < deadline; ) {
    await delay(QUIET_WINDOW_MS);
    const now = used();
    if (now - before < QUIET_WINDOW_MS * QUIET_SHARE) return;
    before = now;
  }
}

function processesOf(stack: StackHandle): { name: string; pid: number }[] {
  const found = stack.processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  return [...found, { name: 'bench', pid: process.pid }];
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function peakMb(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
