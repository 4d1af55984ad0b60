/** What a stack is doing, as the supervisor writes it to `<dir>/state.json` for scripts and other tools. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './config.ts';
import type { Role, Site } from './layout.ts';
import type { Credential } from './processes/spec.ts';

/**
 * stopped: not wanted. waiting: for the processes that it needs. starting: runs, does not answer yet. ready: answers.
 * unhealthy: runs, has stopped answering. restarting: has died and comes again after a pause. stopping: was told to end.
 * skipped: cannot run at present, `note` says why.
 */
export type Phase = 'stopped' | 'waiting' | 'starting' | 'ready' | 'unhealthy' | 'restarting' | 'stopping' | 'skipped';

export type ProcessState = {
  readonly name: string;
  readonly role: Role;
  readonly site: Site;
  readonly state: Phase;
  readonly pid?: number;
  /** Times that it was started again after it had died. */
  readonly restarts: number;
  /** Milliseconds from its latest start to its first answer. */
  readonly readyAfterMs?: number;
  /** Why it is in this state, such as how it ended. */
  readonly note?: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly credentials: readonly Credential[];
  readonly log: string;
  readonly data?: string;
};

export type StackState = {
  readonly dir: string;
  readonly basePort: number;
  readonly kafkaVersion: string;
  readonly supervisor: number;
  /** When the supervisor was started, in milliseconds since 1970. */
  readonly supervisedSince: number;
  readonly processes: readonly ProcessState[];
};

/** The state that was last written; undefined when there is none. */
export function readState(dir: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

/** Writes the state, which holds logins; readers see the old or the new one. */
export function writeState(state: StackState): void {
  writeAtomically(join(state.dir, 'state.json'), `${JSON.stringify(state, null, 2)}\n`, 0o600);
}
