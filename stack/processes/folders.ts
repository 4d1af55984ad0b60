/** Where a stack keeps what. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type StackFolders = {
  readonly run: string;
  readonly logs: string;
  readonly data: string;
  readonly etc: string;
};

/** The folders of the stack in `dir`. */
export function foldersOf(dir: string): StackFolders {
  return { run: join(dir, 'run'), logs: join(dir, 'logs'), data: join(dir, 'data'), etc: join(dir, 'etc') };
}

/** Linux allows 107 bytes for a socket's path (unix(7)). */
const SOCKET_PATH_LIMIT = 100;

/** A unix socket of the stack; in a deep folder it moves to the temporary directory, under a name made of the folder's. */
export function socketPath(dir: string, name: string): string {
  const near = join(foldersOf(dir).run, `${name}.sock`);
  if (Buffer.byteLength(near) <= SOCKET_PATH_LIMIT) return near;
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 12);
  return join(tmpdir(), `lutra-${hash}-${name}.sock`);
}

/** The log file of a process. */
export function logFile(dir: string, name: string): string {
  return join(foldersOf(dir).logs, `${name}.log`);
}
