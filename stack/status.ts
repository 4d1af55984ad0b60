/** Prints what a stack is doing. */
import { readConfig } from './config.ts';
import { supervisorPid } from './leftovers.ts';
import { type ProcessState, readState } from './state.ts';

/** Status for people and scripts; `running` tells whether a supervisor lives. */
export type StackStatus = {
  readonly dir: string;
  readonly running: boolean;
  readonly basePort: number | undefined;
  readonly kafkaVersion: string | undefined;
  readonly supervisor: number | undefined;
  readonly processes: readonly ProcessState[];
};

/** Every process of the stack in `dir`; those that were never started count as stopped. */
export function stackStatus(dir: string): StackStatus {
  const config = readConfig(dir);
  const supervisor = supervisorPid(dir);
  const state = readState(dir);
  return {
    dir,
    running: supervisor !== undefined,
    basePort: config?.basePort,
    kafkaVersion: config?.kafkaVersion,
    supervisor,
    processes: state?.processes.map((process) => (supervisor === undefined ? asStopped(process) : process)) ?? [],
  };
}

function asStopped({ pid: _pid, ...process }: ProcessState): ProcessState {
  return { ...process, state: 'stopped' };
}

/** Prints the status as JSON or as text. */
export function printStatus(dir: string, asJson: boolean): void {
  const status = stackStatus(dir);
  if (asJson) {
    console.log(JSON.stringify(status, null, 2));
    return;
  }
  if (status.processes.length === 0) {
    console.log(`No stack was made in ${dir}; "npm run stack -- up" makes one.`);
    return;
  }
  const supervisor = status.running ? `supervisor ${status.supervisor}` : 'not running';
  console.log(`${dir}  base port ${status.basePort}  Kafka ${status.kafkaVersion}  ${supervisor}\n`);
  for (const process of status.processes) for (const line of linesOf(process)) console.log(line);
}

function linesOf(process: ProcessState): readonly string[] {
  const pid = process.pid === undefined ? '-' : String(process.pid);
  const restarts = process.restarts > 0 ? `restarts ${process.restarts}` : '';
  const head = [
    process.name.padEnd(12),
    process.state.padEnd(10),
    process.role.padEnd(9),
    process.site,
    pid.padStart(7),
  ];
  return [
    [...head, restarts, process.note ?? ''].join('  ').trimEnd(),
    ...Object.entries(process.addresses).map(([kind, address]) => `    ${kind.padEnd(8)}${address}`),
    ...process.credentials.map(({ user, password, url }) => `    ${'login'.padEnd(8)}${user} / ${password}  ${url}`),
    `    ${'log'.padEnd(8)}${process.log}`,
    ...(process.data === undefined ? [] : [`    ${'data'.padEnd(8)}${process.data}`]),
  ];
}
