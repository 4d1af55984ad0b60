/** What every child of the stack gets: a log and an environment. */
import { fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const LOG_LIMIT_BYTES = 64 << 20;

/** Opens a log to append to; a large one is set aside as `.1` first. `start` is where the new run begins. */
export function openLog(file: string): { log: number; start: number } {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  const log = openSync(file, 'a');
  return { log, start: fstatSync(log).size };
}

/** The environment without what a test runner or a debugger put there for itself. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  return rest;
}
