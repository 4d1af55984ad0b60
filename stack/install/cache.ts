/** The cache: folders that are either complete or absent, and a lock so that two installations do not meet. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../errors.ts';
import { isAlive } from '../pid-file.ts';
import type { Report } from '../report.ts';

/**
 * Makes `target` complete: `fill` works in a folder beside it, which is renamed when it is done. Nothing happens when
 * the folder exists. A run that died leaves only a `.part-` folder, which the next run throws away.
 */
export async function ensureFolder(
  target: string,
  report: Report,
  fill: (part: string) => Promise<void>,
): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  const part = mkdtempSync(`${target}.part-`);
  try {
    chmodSync(part, 0o755); // the cache may serve other users of the machine
    await report.step(`installing ${target.slice(dirname(target).length + 1)}`, () => fill(part));
    renameSync(part, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Runs `work` while holding `<folder>/.lock`; waits for another holder that is alive, takes over from a dead one. */
export async function withLock<T>(folder: string, report: Report, work: () => Promise<T>): Promise<T> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new StackError(
      `The folder ${folder} cannot be made; give a writable one (--dir, LUTRA_STACK_DIR, LUTRA_CACHE).`,
      { cause },
    );
  }
  const lock = join(folder, '.lock');
  let told = false;
  while (!takeLock(lock)) {
    if (!told) report.line(`waiting for another run that works in ${folder}`);
    told = true;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = readHolder(lock);
  if (holder === undefined || isAlive(holder)) return false;
  rmSync(lock, { force: true });
  return false;
}

function readHolder(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
