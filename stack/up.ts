/** Brings a stack up: settings, installation, ports, supervisor, then waiting until everything answers. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureStackToken } from './access.ts';
import type { UpOptions } from './api.ts';
import { inheritedEnvironment } from './child.ts';
import {
  mergeConfig,
  PROJECT_ROOT,
  placesOf,
  portOf,
  readConfig,
  type StackConfig,
  stackDir,
  writeConfig,
} from './config.ts';
import { sendCommand } from './control.ts';
import { StackError } from './errors.ts';
import { withLock } from './install/cache.ts';
import { install } from './install/install.ts';
import { isService, type Place } from './layout.ts';
import { endLeftovers, supervisorPid } from './leftovers.ts';
import { freeBlock, refuseBusyPorts } from './ports.ts';
import { foldersOf, logFile, socketPath } from './processes/folders.ts';
import { type Report, seconds } from './report.ts';
import { latestSourceChange } from './source-age.ts';
import { type Phase, type ProcessState, readState } from './state.ts';

const READY_LIMIT_MS = 180_000;
const POLL_MS = 100;
/** A process that died so often while it started will not come up by waiting. */
const HOPELESS_RESTARTS = 4;

/** What `bringUp` found and did. */
export type UpResult = { readonly dir: string; readonly started: number; readonly ready: number };

/** Starts what is missing and waits until it answers; `started` is 0 when everything was up already. */
export async function bringUp(options: UpOptions, report: Report): Promise<UpResult> {
  const dir = stackDir(options.dir);
  return withLock(dir, report, async () => {
    const existing = readConfig(dir);
    const running = supervisorPid(dir) !== undefined;
    const asked = await withFreePorts(mergeConfig(options, existing), running ? existing : undefined);
    const config = withOwner(await install(asked, wantedPlaces(asked, options), report), options);
    const wanted = wantedPlaces(config, options);
    writeConfig(config);
    if (running) tellOldCode(dir, report);
    else if (existing) await endLeftovers(config, report);
    const missing = missingOf(wanted, running ? (readState(dir)?.processes ?? []) : []);
    await refuseBusyPorts(config.basePort, missing);
    if (!running) await startSupervisor(config);
    const names = missing.map(({ name }) => name);
    if (names.length > 0) await sendCommand(socketPath(dir, 'supervisor'), { verb: 'start', names });
    await waitUntilReady(dir, wanted, names, report);
    await giveToken(config, wanted);
    const ready = readState(dir)?.processes.filter(({ state }) => state === 'ready').length ?? 0;
    const skipped = new Set(
      readState(dir)
        ?.processes.filter(({ state }) => state === 'skipped')
        .map(({ name }) => name),
    );
    return { dir, started: names.filter((name) => !skipped.has(name)).length, ready };
  });
}

/** What is started anew with an empty Kafka needs a first user again. */
async function giveToken(config: StackConfig, wanted: readonly Place[]): Promise<void> {
  const place = wanted.find(({ role }) => role === 'admin-api');
  if (place === undefined) return;
  await ensureStackToken(config.dir, `http://127.0.0.1:${portOf(config, place.name)}`, config.access);
}

function tellOldCode(dir: string, report: Report): void {
  const since = readState(dir)?.supervisedSince ?? 0;
  if (since > latestSourceChange()) return;
  report.line('the stack runs with older code than stack/ holds now; "down" and "up" take the newer');
}

function withOwner(config: StackConfig, options: UpOptions): StackConfig {
  return options.tiedToCaller ? { ...config, ownerPid: process.pid } : config;
}

/** Settles base port 0; refuses to move a stack that runs. */
async function withFreePorts(config: StackConfig, running: StackConfig | undefined): Promise<StackConfig> {
  if (running) {
    if (config.basePort === running.basePort || config.basePort === 0) return { ...config, basePort: running.basePort };
    throw new StackError(
      `The stack in ${config.dir} runs at base port ${running.basePort}, so it cannot move to ${config.basePort}; run "stack down" first, or use another --dir.`,
    );
  }
  return config.basePort === 0 ? { ...config, basePort: await freeBlock(placesOf(config)) } : config;
}

function wantedPlaces(config: StackConfig, { only, noServices }: UpOptions): readonly Place[] {
  const places = placesOf(config);
  const unknown = only?.find((name) => !places.some((place) => place.name === name));
  if (unknown !== undefined) {
    const names = places.map(({ name }) => name).join(', ');
    throw new StackError(`No process ${unknown} is in this stack; choose from ${names}.`);
  }
  return places
    .filter(({ name }) => only?.includes(name) ?? true)
    .filter((place) => !(noServices && isService(place) && !only?.includes(place.name)));
}

function missingOf(wanted: readonly Place[], processes: readonly ProcessState[]): readonly Place[] {
  const isUp = (phase: Phase | undefined): boolean => phase !== undefined && phase !== 'stopped' && phase !== 'skipped';
  return wanted.filter(({ name }) => !isUp(processes.find((process) => process.name === name)?.state));
}

async function startSupervisor(config: StackConfig): Promise<void> {
  mkdirSync(foldersOf(config.dir).logs, { recursive: true });
  const log = openSync(logFile(config.dir, 'supervisor'), 'a');
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'stack', 'supervisor.ts'), config.dir], {
    cwd: config.dir,
    detached: true,
    stdio: ['ignore', log, log],
    env: inheritedEnvironment(),
  });
  closeSync(log);
  child.unref();
  const deadline = performance.now() + 20_000;
  while (readState(config.dir)?.supervisor !== child.pid) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new StackError(`The supervisor did not start; its log ${logFile(config.dir, 'supervisor')} says why.`);
    }
    await delay(20);
  }
}

async function waitUntilReady(
  dir: string,
  wanted: readonly Place[],
  started: readonly string[],
  report: Report,
): Promise<void> {
  const pending = new Set(wanted.map(({ name }) => name));
  const start = performance.now();
  while (pending.size > 0) {
    for (const process of readState(dir)?.processes ?? []) {
      if (!pending.has(process.name)) continue;
      if (process.state === 'ready' || process.state === 'skipped') {
        pending.delete(process.name);
        if (started.includes(process.name)) report.line(readyLine(process, start));
      } else refuseHopeless(process, performance.now() - start);
    }
    await delay(pending.size > 0 ? POLL_MS : 0);
  }
}

function readyLine(process: ProcessState, start: number): string {
  const name = process.name.padEnd(12);
  if (process.state === 'skipped') return `${name}  skipped  ${process.note ?? ''}`;
  const address = process.addresses.client ?? process.addresses.http ?? '';
  return [name, 'ready', ...(address ? [address] : []), seconds(start)].join('  ');
}

function refuseHopeless(process: ProcessState, waitedMs: number): void {
  if (process.restarts < HOPELESS_RESTARTS && waitedMs < READY_LIMIT_MS) return;
  const last = lastLines(process.log);
  throw new StackError(
    `${process.name} does not come up (${process.note ?? process.state}); its log ${process.log} ends with: ${last}`,
  );
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-4).join(' | ').slice(-1500);
  } catch {
    return '(no log)';
  }
}
