import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StackHandle } from '../../stack/api.ts';
import type { Fault } from './fault.ts';

/** Data folders that stand on file systems of their own, in memory: process -> megabytes. */
const SMALL_DISKS: Readonly<Record<string, number>> = { otter: 900, 'kafka-sh': 900, 'kafka-us': 900 };

/** Mounting a file system needs root. */
export const mayMount = process.getuid?.() === 0;

/** Moves data folders of a stack onto small disks; the processes must not run. */
export function mountSmallDisks(stack: StackHandle): void {
  for (const [name, megabytes] of Object.entries(SMALL_DISKS)) {
    const place = join(stack.dir, 'data', name);
    renameSync(place, `${place}.disk`);
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place]);
    execFileSync('cp', ['-a', `${place}.disk/.`, place]);
  }
}

/** Names of the processes that `mountSmallDisks` moves. */
export const SMALL_DISK_NAMES = Object.keys(SMALL_DISKS);

/** Unmounts every file system below a folder, those of a run that was killed as well. */
export function unmountBelow(dir: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  for (const line of mounts) {
    const place = line.split(' ')[1] ?? '';
    if (place.startsWith(`${dir}/`)) execFileSync('umount', ['-l', place]);
  }
}

/** A full disk at the target or at a broker. */
export function diskFaults(stack: StackHandle): readonly Fault[] {
  return SMALL_DISK_NAMES.map((name) => {
    const filler = join(stack.dir, 'data', name, 'filler');
    return {
      ...{ name: `full ${name}`, kind: 'full', thing: `disk of ${name}`, weight: 2, longestMs: 10_000 },
      inject: async () => fill(filler, join(stack.dir, 'data', name)),
      heal: async () => rmSync(filler, { force: true }),
    };
  });
}

/** Takes what is free; only on a file system of the chaos run. */
function fill(file: string, folder: string): void {
  const { blocks, bsize } = statfsSync(folder);
  if (blocks * bsize > 1 << 30) throw new Error(`${folder} is not a small disk of this run; nothing was filled`);
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(1 << 18);
  try {
    for (;;) writeSync(handle, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(handle);
  }
}
