/** What the supervisor must know to run one process. */
import type { Role, Site } from '../layout.ts';

/** One login of the local stack, with a URL that a client can use as it is. */
export type Credential = { readonly user: string; readonly password: string; readonly url: string };

/** A program with its arguments. */
export type CommandLine = { readonly command: string; readonly args: readonly string[] };

export type ProcessSpec = {
  readonly name: string;
  readonly role: Role;
  readonly site: Site;
  /** Asked at every start, so that what is not installed may still be listed. */
  commandLine(): CommandLine;
  readonly env: Readonly<Record<string, string>>;
  /** Where clients reach it, by purpose (`client`, `http`, `socket`); empty for a process that only connects to others. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly credentials: readonly Credential[];
  readonly log: string;
  readonly data?: string;
  /** Processes that should answer before this one is started for the first time. */
  readonly after: readonly string[];
  /** Why this process cannot run at present, such as a missing entry file; undefined when it can. */
  unavailable(): string | undefined;
  /** Writes configuration and initialises data; doing it again changes nothing. */
  prepare(): Promise<void>;
  /** Resolves when the process answers its own protocol, rejects when it does not. `logStart`: where this run's log begins. */
  check(logStart: number): Promise<void>;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly stopLimitMs: number;
};

/** Milliseconds that a health check may take. */
export const CHECK_LIMIT_MS = 2000;

/** For processes that can always run. */
export const alwaysAvailable = (): undefined => undefined;
