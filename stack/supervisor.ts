/**
 * The supervisor: a detached process that runs a stack's children, restarts those that die, writes `state.json` and
 * takes commands on a unix socket. Started by `upStack`; ends after `down`, on SIGTERM, or with the process that owns it.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { placesOf, readConfig, type StackConfig } from './config.ts';
import { type Command, serveCommands } from './control.ts';
import { StackError } from './errors.ts';
import { stopRank } from './layout.ts';
import { isAlive, removePidFile, writePidFile } from './pid-file.ts';
import { foldersOf, socketPath } from './processes/folders.ts';
import { specOf } from './processes/specs.ts';
import { type StackState, writeState } from './state.ts';
import { SupervisedProcess } from './supervised-process.ts';

const OWNER_CHECK_MS = 1000;
const DEPENDENCY_CHECK_MS = 50;
/** A process starts without what it needs when that has not answered for so long; services can start in any order. */
const DEPENDENCY_LIMIT_MS = 60_000;

class Supervisor {
  #config: StackConfig;
  readonly #processes = new Map<string, SupervisedProcess>();
  #writePending = false;
  readonly #since = Date.now();

  constructor(config: StackConfig) {
    this.#config = config;
  }

  async obey(command: Command): Promise<void> {
    switch (command.verb) {
      case 'start':
        this.#start(command.names);
        break;
      case 'stop':
        await Promise.all(this.#named(command.names).map((process) => process.stop()));
        break;
      case 'kill':
        for (const process of this.#named(command.names)) process.kill();
        break;
      case 'restart':
        await Promise.all(this.#named(command.names).map((process) => process.stop()));
        this.#start(command.names);
        break;
      case 'down':
        await this.stopAll();
        break;
    }
    this.write();
  }

  /** Stops everything: services, mirrors, registry, brokers, databases, redis. */
  async stopAll(): Promise<void> {
    const ranks = [...new Set([...this.#processes.values()].map(({ spec }) => stopRank(spec.role)))].sort(
      (a, b) => a - b,
    );
    for (const rank of ranks) {
      const group = [...this.#processes.values()].filter(({ spec }) => stopRank(spec.role) === rank);
      await Promise.all(group.map((process) => process.stop()));
    }
  }

  /** Writes the state now. */
  write(): void {
    this.#writePending = false;
    writeState(this.#state());
  }

  /** Reads the settings anew, since `up` may have added databases; a process that is not wanted gets its new command line. */
  #start(names: readonly string[]): void {
    this.#config = readConfig(this.#config.dir) ?? this.#config;
    for (const place of placesOf(this.#config)) {
      const phase = this.#processes.get(place.name)?.phase ?? 'stopped';
      if (phase !== 'stopped' && phase !== 'skipped') continue;
      this.#processes.set(place.name, new SupervisedProcess(specOf(this.#config, place), this.#surroundings()));
    }
    for (const process of this.#named(names)) process.start();
  }

  #named(names: readonly string[]): readonly SupervisedProcess[] {
    return names.map((name) => {
      const process = this.#processes.get(name);
      if (!process) throw new StackError(`No process ${name} is in this stack; "stack status" lists them.`);
      return process;
    });
  }

  #surroundings(): ConstructorParameters<typeof SupervisedProcess>[1] {
    return {
      runFolder: foldersOf(this.#config.dir).run,
      answered: (names, signal) => this.#answered(names, signal),
      changed: () => this.#writeSoon(),
    };
  }

  async #answered(names: readonly string[], signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + DEPENDENCY_LIMIT_MS;
    const isPending = (name: string): boolean => {
      const phase = this.#processes.get(name)?.phase;
      return phase === 'waiting' || phase === 'starting' || phase === 'restarting';
    };
    while (names.some(isPending) && performance.now() < deadline)
      await delay(DEPENDENCY_CHECK_MS, undefined, { signal });
  }

  #writeSoon(): void {
    if (this.#writePending) return;
    this.#writePending = true;
    setImmediate(() => {
      if (this.#writePending) this.write();
    });
  }

  #state(): StackState {
    const { dir, basePort, kafkaVersion } = this.#config;
    const processes = placesOf(this.#config).flatMap(({ name }) => this.#processes.get(name)?.state() ?? []);
    return { dir, basePort, kafkaVersion, supervisor: process.pid, supervisedSince: this.#since, processes };
  }
}

async function main(dir: string): Promise<void> {
  const config = readConfig(dir);
  if (!config) throw new StackError(`No stack was made in ${dir}; run "stack up" first.`);
  const folders = foldersOf(dir);
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const socket = socketPath(dir, 'supervisor');
  const supervisor = new Supervisor(config);
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await supervisor.stopAll();
    if (existsSync(dir)) supervisor.write();
    rmSync(socket, { force: true });
    removePidFile(folders.run, 'supervisor');
    process.exit(0);
  };
  // Such as a folder that was deleted under a running stack: nothing may be left behind.
  process.on('uncaughtException', (error) => {
    console.error(error);
    void end();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end);
  const { ownerPid } = config;
  if (ownerPid !== undefined) setInterval(() => isAlive(ownerPid) || end(), OWNER_CHECK_MS);
  writePidFile(folders.run, 'supervisor', process.pid);
  await serveCommands(socket, (command) => supervisor.obey(command), end);
  supervisor.write();
}

await main(process.argv[2] ?? '');
