// Runs a TypeScript file of this project on any Node >= 18: installs the packages when they are missing or older than
// package-lock.json, then goes on under Node 24, which strips the types. usage: node scripts/bootstrap.mjs FILE [ARGUMENTS…]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleIsStale, putConsole } from './console-build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lock = join(root, '.npm-ci.lock');

const [file, ...args] = process.argv.slice(2);
if (!file) fail('usage: node scripts/bootstrap.mjs FILE [ARGUMENTS...]');
if (!packagesAreCurrent()) installPackages();
if (startsAdminApi() && consoleIsStale(root)) buildConsole();
run(node24(), [resolve(root, file), ...args]);

function packagesAreCurrent() {
  const installed = join(modules, '.package-lock.json'); // npm writes it at the end of an installation
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs - 2000;
}

function installPackages() {
  takeLock();
  try {
    if (packagesAreCurrent()) return;
    console.error('installing packages (npm ci) ...');
    const start = Date.now();
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (npm.error) fail(`npm could not be started (${npm.error.message}); install npm or put it on the PATH.`);
    if (npm.status !== 0) fail('npm ci failed; its lines above say why.');
    console.error(`packages installed  ${((Date.now() - start) / 1000).toFixed(1)} s`);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Whether the command starts services; those that only look or stop do not wait for a build. */
function startsAdminApi() {
  if (file === 'stack/cli.ts') return args.includes('up');
  if (file === 'scripts/test.ts') return !args.includes('--unit');
  return ['demo/main.ts', 'bench/main.ts', 'chaos/main.ts'].includes(file);
}

function buildConsole() {
  console.error('building the web console ...');
  const start = Date.now();
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  const built = putConsole(root, (folder) => {
    const build = ['build', join(root, 'services', 'admin-api', 'console'), '--logLevel', 'warn', '--outDir', folder];
    return spawnSync(node24(), [vite, ...build], { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
  });
  if (!built) fail('the web console could not be built; the lines above say why.');
  console.error(`web console built  ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** Two commands at once must not install into the same folder. */
function takeLock() {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`${root} cannot be written (${error.code}); use a checkout that you own.`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 600_000)
      rmSync(lock, { force: true });
  }
}

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const binary = join(modules, 'node', 'bin', 'node');
  if (existsSync(binary)) return binary;
  return fail(
    `No Node 24 was found: the package "node" brought none for this machine; install Node 24 and run this again.`,
  );
}

function run(command, commandArgs) {
  const child = spawn(command, commandArgs, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
