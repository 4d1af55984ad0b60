/** `npm run stack -- …`: the command line of the native stack. */
import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { attachStack, resetStack } from './api.ts';
import { parsePort, readConfig, stackDir } from './config.ts';
import { downStack } from './down.ts';
import { messageOf, StackError } from './errors.ts';
import { DEFAULT_BASE_PORT, DEFAULT_DATABASES } from './layout.ts';
import { logFile } from './processes/folders.ts';
import { lineReport } from './report.ts';
import { printStatus } from './status.ts';
import { bringUp } from './up.ts';

const report = lineReport((line) => console.log(line));

const program = new Command('stack')
  .description(
    'Lutra on one machine without Docker: Kafka at two sites, MirrorMaker, schema registry, databases, Redis, services',
  )
  .option('--dir <folder>', 'folder of state, data and logs (LUTRA_STACK_DIR, default .stack)');

const chosenDir = (): string => stackDir(program.opts<{ dir?: string }>().dir);
const listOf = (text: string): string[] => text.split(',').map((name) => name.trim());

type UpFlags = { port?: number; only?: string[]; databases?: string; kafka?: string; services: boolean };

program
  .command('up')
  .description('install what is missing, start what does not run, wait until all of it answers')
  .option(
    '--port <base>',
    `base port of the stack, 0 for a free block (LUTRA_STACK_PORT, default ${DEFAULT_BASE_PORT})`,
    (text) => parsePort(text, '--port'),
  )
  .option('--only <names>', 'only these processes, separated by commas', listOf)
  .option('--databases <list>', `NAME=mysql|mariadb[@sh|@us], separated by commas (default ${DEFAULT_DATABASES})`)
  .option('--kafka <version>', '4.3.0 or 3.9.2')
  .option('--no-services', "without Lutra's own services")
  .action(async ({ services, ...flags }: UpFlags) => {
    const start = performance.now();
    const result = await bringUp({ dir: chosenDir(), ...flags, noServices: !services }, report);
    const took = ((performance.now() - start) / 1000).toFixed(1);
    const also = `${result.ready} processes answer; "npm run stack -- status" shows addresses and logins`;
    console.log(result.started === 0 ? `Everything is up already: ${also}.` : `Up in ${took} s: ${also}.`);
  });

program
  .command('down')
  .description('stop everything; data and logs stay')
  .action(async () => {
    const ran = await downStack(chosenDir(), report);
    console.log(ran ? 'Down.' : 'Nothing runs here.');
  });

program
  .command('status')
  .description('every process with its state, addresses, logins, log file and data folder')
  .option('--json', 'as JSON, for scripts')
  .action(({ json }: { json?: boolean }) => printStatus(chosenDir(), json === true));

program
  .command('logs <name>')
  .description('the end of the log of a process, or of the supervisor')
  .option('-f, --follow', 'go on printing')
  .option('-n, --lines <count>', 'how many lines', '100')
  .action((name: string, { follow, lines }: { follow?: boolean; lines: string }) => {
    if (name !== 'supervisor') attachStack(chosenDir()).process(name);
    const args = ['-n', lines, ...(follow ? ['-F'] : []), logFile(chosenDir(), name)];
    process.exitCode = spawnSync('tail', args, { stdio: 'inherit' }).status ?? 1;
  });

program
  .command('reset')
  .description('down, and delete data, logs and settings of this stack; what was downloaded stays')
  .action(async () => {
    await resetStack(chosenDir(), report);
    console.log('Down, data deleted.');
  });

const ACTIONS = {
  start: 'start processes that were stopped, and wait until they answer',
  stop: 'stop processes; they stay stopped until "start" or "up"',
  kill: 'kill -9; the supervisor starts them again',
  restart: 'stop and start processes, and wait until they answer',
} as const;

for (const verb of ['start', 'stop', 'kill', 'restart'] as const) {
  program
    .command(`${verb} <names...>`)
    .description(ACTIONS[verb])
    .action(async (names: string[]) => {
      if (!readConfig(chosenDir()))
        throw new StackError(`No stack was made in ${chosenDir()}; run "npm run stack -- up" first.`);
      const stack = attachStack(chosenDir());
      await stack[verb](...names);
      if (verb === 'start' || verb === 'restart') await Promise.all(names.map((name) => stack.waitHealthy(name)));
      for (const name of names) console.log(`${name}  ${stack.process(name).state}`);
    });
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof StackError ? messageOf(error) : error);
  process.exitCode = 1;
}
