#!/usr/bin/env node
// The command `lutra`, on any Node >= 18: goes on under Node 24, which runs the TypeScript of this project as it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'services', 'admin-api', 'cli', 'main.ts');
const own = join(root, 'node_modules', 'node', 'bin', 'node');

if (!existsSync(join(root, 'node_modules', 'commander'))) {
  fail(`the packages of Lutra are not installed; run: npm ci --prefix ${root}`);
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(pathToFileURL(main).href);
} else if (existsSync(own)) {
  goOn(own);
} else {
  fail(
    `lutra needs Node 24 or newer and this is ${process.version}; run: npm ci --prefix ${root} (it brings one), or install Node 24`,
  );
}

function goOn(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}
