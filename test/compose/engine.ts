/** A Docker engine of one's own: data, sockets and pid under one folder, so that an engine of the system is never touched. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../../stack/errors.ts';
import { isAlive } from '../../stack/pid-file.ts';
import { socketPath } from '../../stack/processes/folders.ts';
import type { Report } from '../../stack/report.ts';
import { runCommand, tryCommand } from './command.ts';
import { type NetworkState, readNetworkState, restoreNetworkState } from './network-state.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** A running engine; closed by whoever started it. Its images stay in `folder` for the next run. */
export class Engine {
  /** Environment of `docker` and `docker-compose` that reach this engine and no other. */
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #before: NetworkState;

  constructor(folder: string, before: NetworkState) {
    this.#folder = folder;
    this.#before = before;
    this.env = {
      DOCKER_HOST: `unix://${socketOf(folder)}`,
      DOCKER_CONFIG: join(folder, 'config'),
      DOCKER_BUILDKIT: '0',
      COMPOSE_DOCKER_CLI_BUILD: '0',
    };
  }

  /** Runs `docker`; resolves to its output, throws when it fails. */
  docker(args: readonly string[], from: readonly string[] = []): Promise<string> {
    return runCommand(['docker', ...args], { env: this.env, from });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopEngine(this.#folder);
    await restoreNetworkState(this.#before);
  }
}

/** Starts an engine in `folder`; one that an earlier run left there is stopped first. */
export async function startEngine(folder: string, report: Report): Promise<Engine> {
  await stopEngine(folder);
  for (const part of ['data', 'exec', 'config', 'run']) mkdirSync(join(folder, part), { recursive: true });
  const before = await readNetworkState();
  await report.step('starting a Docker engine of our own', () => launch(folder));
  return new Engine(folder, before);
}

async function launch(folder: string): Promise<void> {
  const log = openSync(join(folder, 'dockerd.log'), 'w');
  const settings = {
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'exec'),
    host: `unix://${socketOf(folder)}`,
    pidfile: pidFileOf(folder),
    'config-file': join(folder, 'daemon.json'), // so that the system's is not read
    bridge: 'none', // compose makes its own network, builds use the host's
  };
  writeFileSync(settings['config-file'], '{}\n');
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('dockerd', args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  const deadline = performance.now() + START_LIMIT_MS;
  const env = { DOCKER_HOST: `unix://${socketOf(folder)}` };
  while ((await tryCommand(['docker', 'version'], { env })).code !== 0) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new StackError(`The Docker engine did not start; its log ${join(folder, 'dockerd.log')} says why.`);
    }
    await delay(POLL_MS);
  }
}

/** Stops the engine of `folder` with its containers, and takes away the mounts that it may have left. */
async function stopEngine(folder: string): Promise<void> {
  const pid = enginePid(folder);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    const deadline = performance.now() + STOP_LIMIT_MS;
    while (isAlive(pid)) {
      if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
      await delay(POLL_MS);
    }
  }
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const own = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const path of own.toReversed()) await tryCommand(['umount', path]);
  rmSync(pidFileOf(folder), { force: true });
}

/** The engine's process when it is alive and really is the one of `folder`. */
function enginePid(folder: string): number | undefined {
  if (!existsSync(pidFileOf(folder))) return undefined;
  const pid = Number(readFileSync(pidFileOf(folder), 'utf8'));
  if (!isAlive(pid)) return undefined;
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pidFileOf(folder)) ? pid : undefined;
}

function socketOf(folder: string): string {
  return socketPath(folder, 'docker');
}

function pidFileOf(folder: string): string {
  return join(folder, 'dockerd.pid');
}
