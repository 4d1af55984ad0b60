/** Debian's Docker engine, compose and debootstrap: found on the machine, or installed from its own apt sources. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { StackError } from '../../stack/errors.ts';
import type { Report } from '../../stack/report.ts';
import { hasCommand, runCommand } from './command.ts';

/** Command and the package that brings it. */
const TOOLS: readonly (readonly [command: string, debianPackage: string])[] = [
  ['dockerd', 'docker.io'],
  ['docker', 'docker.io'],
  ['docker-compose', 'docker-compose'],
  ['debootstrap', 'debootstrap'],
  ['iptables', 'iptables'],
  ['ip', 'iproute2'],
];

/** Throws one sentence when this process is not root: an engine of one's own needs it. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new StackError('test:compose starts a Docker engine of its own, which needs root; run it as root.');
}

/** Installs what is missing. The engine of the package is not started, and one that runs is left alone. */
export async function installTools(report: Report): Promise<void> {
  const missing = new Set<string>();
  for (const [command, debianPackage] of TOOLS) if (!(await hasCommand(command))) missing.add(debianPackage);
  if (missing.size === 0) return;
  const names = [...missing];
  if (!(await hasCommand('apt-get'))) {
    throw new StackError(`test:compose needs ${names.join(', ')}, and there is no apt-get here; install them.`);
  }
  await report.step(`installing ${names.join(', ')} by apt`, () => withoutServiceStart(() => apt(names)));
}

async function apt(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand(['apt-get', '-qq', 'update'], { env });
  await runCommand(['apt-get', '-qq', '-y', '--no-install-recommends', 'install', ...names], { env });
}

/** Packages ask this script whether they may start their services (invoke-rc.d(8)); 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';

async function withoutServiceStart(work: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(POLICY);
  }
}

/** A folder under the machine's temporary directory that is gone after `work`. */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync('/tmp/lutra-compose-');
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
