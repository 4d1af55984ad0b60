import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inheritedEnvironment, openLog } from './child.ts';
import { messageOf } from './errors.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import type { ProcessSpec } from './processes/spec.ts';
import type { Phase, ProcessState } from './state.ts';

const CHECK_WHILE_STARTING_MS = 150;
const CHECK_WHILE_READY_MS = 5000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A process that lived this long begins again with the shortest pause. */
const STEADY_AFTER_MS = 30_000;

/** What a supervised process needs from its supervisor. */
export type Surroundings = {
  readonly runFolder: string;
  /** Resolves when the named processes answer or are not wanted; rejects on abort. */
  answered(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** Called after every change of state. */
  changed(): void;
};

/**
 * Keeps one process alive from `start` to `stop`.
 *
 * stopped -> waiting (for what it needs) -> starting -> ready <-> unhealthy. When the child ends without having been
 * told: restarting, a pause that doubles up to ten seconds, then starting again. `stop` leads from anywhere through
 * stopping to stopped. What cannot run at present is skipped until the next `start`.
 */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #surroundings: Surroundings;
  #phase: Phase = 'stopped';
  #note: string | undefined;
  #child: ChildProcess | undefined;
  #restarts = 0;
  #readyAfterMs: number | undefined;
  #wanted: AbortController | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(spec: ProcessSpec, surroundings: Surroundings) {
    this.spec = spec;
    this.#surroundings = surroundings;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Starts it and keeps it alive; does nothing while it is wanted already. */
  start(): void {
    if (this.#wanted) return;
    const reason = this.spec.unavailable();
    if (reason) {
      this.#become('skipped', reason);
      return;
    }
    const wanted = new AbortController();
    this.#wanted = wanted;
    this.#restarts = 0;
    this.#become('waiting');
    this.#life = this.#live(wanted.signal).finally(() => {
      this.#wanted = undefined;
      this.#become('stopped');
    });
  }

  /** Resolves when it has ended and will not come again; SIGKILL follows when SIGTERM was not enough in time. */
  async stop(): Promise<void> {
    if (!this.#wanted) {
      this.#become('stopped');
      return;
    }
    this.#become('stopping');
    this.#wanted.abort();
    this.#signal('SIGTERM');
    const guard = setTimeout(() => this.#signal('SIGKILL'), this.spec.stopLimitMs);
    await this.#life;
    clearTimeout(guard);
  }

  /** Kills it with SIGKILL; it is started again like after any death. */
  kill(): void {
    if (!this.#child?.pid) return;
    this.#become('restarting', 'killed on request');
    this.#signal('SIGKILL');
  }

  state(): ProcessState {
    const { name, role, site, addresses, credentials, log, data } = this.spec;
    return {
      name,
      role,
      site,
      state: this.#phase,
      ...(this.#child?.pid === undefined ? {} : { pid: this.#child.pid }),
      restarts: this.#restarts,
      ...(this.#readyAfterMs === undefined ? {} : { readyAfterMs: this.#readyAfterMs }),
      ...(this.#note === undefined ? {} : { note: this.#note }),
      addresses,
      credentials,
      log,
      ...(data === undefined ? {} : { data }),
    };
  }

  async #live(wanted: AbortSignal): Promise<void> {
    await this.#surroundings.answered(this.spec.after, wanted).catch(() => {});
    let pause = FIRST_PAUSE_MS;
    while (!wanted.aborted) {
      const start = performance.now();
      const end = await this.#liveOnce(wanted).catch((error: unknown) => messageOf(error));
      if (wanted.aborted) return;
      if (performance.now() - start > STEADY_AFTER_MS) pause = FIRST_PAUSE_MS;
      this.#restarts++;
      this.#become('restarting', end);
      await delay(pause, undefined, { signal: wanted }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /** One child from spawn to end; resolves to how it ended. */
  async #liveOnce(wanted: AbortSignal): Promise<string> {
    this.#readyAfterMs = undefined;
    this.#become('starting', this.#note);
    await this.spec.prepare();
    if (wanted.aborted) return 'not started';
    const { log, start } = openLog(this.spec.log);
    const { command, args } = this.spec.commandLine();
    const child = spawn(command, args, {
      cwd: this.#surroundings.runFolder,
      env: { ...inheritedEnvironment(), ...this.spec.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`));
    });
    this.#child = child;
    if (child.pid !== undefined) writePidFile(this.#surroundings.runFolder, this.spec.name, child.pid);
    const lives = new AbortController();
    void this.#watch(start, AbortSignal.any([lives.signal, wanted]));
    const end = await ended;
    lives.abort();
    this.#child = undefined;
    removePidFile(this.#surroundings.runFolder, this.spec.name);
    return end;
  }

  async #watch(logStart: number, signal: AbortSignal): Promise<void> {
    const start = performance.now();
    while (!signal.aborted) {
      const failure = await this.spec.check(logStart).then(() => undefined, messageOf);
      if (signal.aborted) return;
      if (failure === undefined && this.#phase !== 'ready') {
        this.#readyAfterMs ??= Math.round(performance.now() - start);
        this.#become('ready');
      } else if (failure !== undefined && this.#phase === 'ready') {
        this.#become('unhealthy', failure);
      }
      const pause = this.#phase === 'ready' ? CHECK_WHILE_READY_MS : CHECK_WHILE_STARTING_MS;
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  /** To the child's whole group: it was started as the leader of one. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // it has ended in this moment
    }
  }

  #become(phase: Phase, note?: string): void {
    if (this.#phase === phase && this.#note === note) return;
    this.#phase = phase;
    this.#note = note;
    this.#surroundings.changed();
  }
}
