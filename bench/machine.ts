import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { query } from '../demo/servers.ts';
import { PROJECT_ROOT, readConfig } from '../stack/config.ts';
import type { TestBed } from './test-bed.ts';

export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly mysql: string;
  readonly kafka: string;
  readonly commit: string;
  /** Load average of the minute before the benchmark's stack was booted. */
  readonly loadBefore: number;
};

/** Above this load, other work takes from what is measured. */
const BUSY_LOAD = 0.5;

/** What the figures were measured on. */
export async function describeMachine(bed: TestBed, loadBefore: number): Promise<Machine> {
  const [server] = await query(bed.server('source'), 'SELECT VERSION() AS version');
  const [cpu] = cpus();
  return {
    cores: cpus().length,
    cpu: cpu?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()} ${arch()}`,
    node: process.version,
    mysql: String(server?.version),
    kafka: readConfig(bed.stack.dir)?.kafkaVersion ?? '',
    commit: commit(),
    loadBefore,
  };
}

/** Load average of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** A warning when other work was on the machine, else undefined. */
export function noiseWarning({ cores, loadBefore }: Pick<Machine, 'cores' | 'loadBefore'>): string | undefined {
  if (loadBefore < BUSY_LOAD * cores) return undefined;
  return `other work ran on this machine (load average ${loadBefore.toFixed(1)} before the start): the figures are noisy`;
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'services', 'shared', 'topics') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
