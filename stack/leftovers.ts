/** Ends what a supervisor that is gone left behind, found by the stack's pid files. */
import { setTimeout as delay } from 'node:timers/promises';
import { placesOf, type StackConfig } from './config.ts';
import { stopRank } from './layout.ts';
import { isAlive, livingPid, livingPidFiles, removePidFile } from './pid-file.ts';
import { foldersOf } from './processes/folders.ts';
import type { Report } from './report.ts';

const STOP_LIMIT_MS = 20_000;

/** The supervisor's pid, undefined when none lives. */
export function supervisorPid(dir: string): number | undefined {
  return livingPid(foldersOf(dir).run, 'supervisor');
}

/** Stops every noted process that still lives, in the order of stopping; SIGKILL for those that do not go. */
export async function endLeftovers(config: StackConfig, report: Report): Promise<void> {
  const { run } = foldersOf(config.dir);
  const ranks = new Map(placesOf(config).map(({ name, role }) => [name, stopRank(role)]));
  const left = livingPidFiles(run).toSorted((a, b) => (ranks.get(a.name) ?? -1) - (ranks.get(b.name) ?? -1));
  for (const { name, pid } of left) {
    report.line(`${name.padEnd(12)} was left behind (pid ${pid}), ending it`);
    await end(pid);
    removePidFile(run, name);
  }
}

async function end(pid: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (isAlive(pid) && performance.now() < deadline) await delay(50);
  if (isAlive(pid)) signal(pid, 'SIGKILL');
  while (isAlive(pid)) await delay(20);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended in this moment
  }
}
