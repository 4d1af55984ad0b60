import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, type Environments } from '../stack/config.ts';
import { ensureFolder, withLock } from '../stack/install/cache.ts';
import { unpackPackages } from '../stack/install/debian.ts';
import type { Report } from '../stack/report.ts';
import { STABLE_SUITE } from '../stack/versions.ts';

/** Processes whose clock can be set. */
export const CLOCKED = ['selector-sh', 'loader-us', 'loader-sh', 'admin-api'];

/** Environments that give these processes a clock of their own (libfaketime); all begin with the machine's time. Timers do not follow it. */
export async function ownClocks(dir: string, report: Report): Promise<Environments> {
  const cache = cacheDir();
  const root = join(cache, 'faketime');
  const packages = { suite: STABLE_SUITE, install: [], alone: ['libfaketime'] };
  await withLock(cache, report, () =>
    ensureFolder(root, report, (part) => unpackPackages(part, packages, 'libfaketime')),
  );
  mkdirSync(join(dir, 'clocks'), { recursive: true });
  for (const name of CLOCKED) setClock(dir, name, 0);
  return Object.fromEntries(CLOCKED.map((name) => [name, environment(root, clockFile(dir, name))]));
}

/** Moves the clock of a process so far from the machine's; it takes up to a second. */
export function setClock(dir: string, name: string, seconds: number): void {
  writeFileSync(clockFile(dir, name), `${seconds < 0 ? '' : '+'}${seconds}\n`);
}

function clockFile(dir: string, name: string): string {
  return join(dir, 'clocks', name);
}

function environment(root: string, file: string): Record<string, string> {
  const library = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return {
    LD_PRELOAD: join(root, 'usr/lib', library, 'faketime/libfaketimeMT.so.1'),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DISABLE_SHM: '1',
    NO_FAKE_STAT: '1',
  };
}
