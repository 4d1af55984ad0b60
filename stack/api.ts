/** Stacks for tests, demo and bench: boot one with only the parts that are wanted, act on its processes, take it down. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stackToken } from './access.ts';
import { type StackOptions, stackDir } from './config.ts';
import { type Command, sendCommand } from './control.ts';
import { downStack } from './down.ts';
import { StackError } from './errors.ts';
import { foldersOf, socketPath } from './processes/folders.ts';
import { type Report, silentReport } from './report.ts';
import { type ProcessState, readState } from './state.ts';
import { bringUp } from './up.ts';

export type { StackOptions } from './config.ts';
export type { ProcessState, StackState } from './state.ts';

export type UpOptions = StackOptions & {
  /** Names of the processes wanted; absent: all. */
  readonly only?: readonly string[];
  /** True: Lutra's own services are left out. */
  readonly noServices?: boolean;
  /** True: the stack goes down by itself when the calling process ends, however it ends. */
  readonly tiedToCaller?: boolean;
  /** Where progress lines go; absent: nowhere. */
  readonly report?: Report;
};

const HEALTH_LIMIT_MS = 120_000;
const HEALTH_POLL_MS = 50;

/** Starts what is missing of a stack and resolves when all that is wanted answers; a second call finds nothing to do. */
export async function upStack(options: UpOptions = {}): Promise<StackHandle> {
  const { dir } = await bringUp(options, options.report ?? silentReport);
  return new StackHandle(dir);
}

/** The running stack in `dir`, such as one that `npm run stack -- up` started; throws when none runs there. */
export function attachStack(dir?: string): StackHandle {
  const folder = stackDir(dir);
  if (!readState(folder)) throw new StackError(`No stack was made in ${folder}; run "npm run stack -- up" first.`);
  return new StackHandle(folder);
}

/** A running stack. Closed by whoever started it, with `down` or `await using`. */
export class StackHandle {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Every process at this moment, in the order of starting. */
  get processes(): readonly ProcessState[] {
    return readState(this.dir)?.processes ?? [];
  }

  /** One process at this moment; throws when the stack has none of that name. */
  process(name: string): ProcessState {
    const found = this.processes.find((process) => process.name === name);
    if (!found) throw new StackError(`No process ${name} is in the stack of ${this.dir}; "stack status" lists them.`);
    return found;
  }

  /** An address of a process: `client` of brokers, databases and redis, `http` of registry and services, `socket` of databases. */
  address(name: string, kind: 'client' | 'http' | 'socket' = 'client'): string {
    const address = this.process(name).addresses[kind];
    if (address === undefined) throw new StackError(`${name} has no ${kind} address.`);
    return address;
  }

  /** A token of an admin for the admin API. */
  get token(): string {
    return stackToken(this.dir);
  }

  /** Starts processes that were stopped; does not wait for their health. */
  start(...names: readonly string[]): Promise<void> {
    return this.#send({ verb: 'start', names });
  }

  /** Stops processes; they stay stopped until `start`. */
  stop(...names: readonly string[]): Promise<void> {
    return this.#send({ verb: 'stop', names });
  }

  /** Kills processes with SIGKILL; the supervisor starts them again. */
  kill(...names: readonly string[]): Promise<void> {
    return this.#send({ verb: 'kill', names });
  }

  /** Stops processes in order, then starts them; does not wait for their health. */
  restart(...names: readonly string[]): Promise<void> {
    return this.#send({ verb: 'restart', names });
  }

  /** Resolves to the process once it answers; throws after `limitMs`. */
  async waitHealthy(name: string, limitMs: number = HEALTH_LIMIT_MS): Promise<ProcessState> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const process = this.process(name);
      if (process.state === 'ready') return process;
      if (performance.now() > deadline) {
        throw new StackError(`${name} did not answer in ${limitMs} ms (${process.state}); its log is ${process.log}.`);
      }
      await delay(HEALTH_POLL_MS);
    }
  }

  /** Stops everything; the data stays. */
  async down(report: Report = silentReport): Promise<void> {
    await downStack(this.dir, report);
  }

  /** Stops everything and deletes the stack's folder. */
  async reset(report: Report = silentReport): Promise<void> {
    await resetStack(this.dir, report);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  #send(command: Command): Promise<void> {
    return sendCommand(socketPath(this.dir, 'supervisor'), command);
  }
}

/** Takes a stack down and deletes its data, logs and settings; the cache stays. */
export async function resetStack(dir: string, report: Report): Promise<void> {
  await downStack(dir, report);
  for (const folder of Object.values(foldersOf(dir))) rmSync(folder, { recursive: true, force: true });
  for (const file of ['stack.json', 'state.json', 'token']) rmSync(join(dir, file), { force: true });
}
