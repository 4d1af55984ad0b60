/** Takes a stack down. */

import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from './config.ts';
import { sendCommand } from './control.ts';
import { endLeftovers, supervisorPid } from './leftovers.ts';
import { isAlive } from './pid-file.ts';
import { socketPath } from './processes/folders.ts';
import { type Report, seconds } from './report.ts';
import { readState, writeState } from './state.ts';

const POLL_MS = 100;

/** Stops services, mirrors, registry, brokers, databases, redis, in this order; false when nothing ran. */
export async function downStack(dir: string, report: Report): Promise<boolean> {
  const config = readConfig(dir);
  if (!config) return false;
  const pid = supervisorPid(dir);
  if (pid !== undefined) await askSupervisor(dir, pid, report);
  await endLeftovers(config, report);
  const state = readState(dir);
  if (state) {
    const processes = state.processes.map(({ pid: _pid, ...process }) => ({ ...process, state: 'stopped' as const }));
    writeState({ ...state, processes });
  }
  return pid !== undefined;
}

async function askSupervisor(dir: string, pid: number, report: Report): Promise<void> {
  const told = new Set(stoppedNames(dir));
  const start = performance.now();
  const tell = (): void => {
    for (const name of stoppedNames(dir).filter((stopped) => !told.has(stopped))) {
      told.add(name);
      report.line(`${name.padEnd(12)}  stopped  ${seconds(start)}`);
    }
  };
  const poll = setInterval(tell, POLL_MS);
  try {
    await sendCommand(socketPath(dir, 'supervisor'), { verb: 'down', names: [] });
    while (isAlive(pid)) await delay(20);
  } catch {
    report.line('the supervisor does not answer; ending its processes one by one');
  } finally {
    clearInterval(poll);
    tell();
  }
}

function stoppedNames(dir: string): readonly string[] {
  const stopped = readState(dir)?.processes.filter(({ state }) => state === 'stopped' || state === 'skipped');
  return stopped?.map(({ name }) => name) ?? [];
}
