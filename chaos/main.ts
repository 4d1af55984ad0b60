/** `npm run chaos`: a live workload while things fail at random, and a verdict whether anything was lost, doubled or out of order. */
import { join } from 'node:path';
import { StackHandle } from '../stack/api.ts';
import { PROJECT_ROOT } from '../stack/config.ts';
import { lineReport } from '../stack/report.ts';
import { ChaosBed } from './bed.ts';
import { endSignal, readArguments, runCommand, say } from './command.ts';
import { allFaults, chosenFaults } from './faults/all-faults.ts';
import type { Fault } from './faults/fault.ts';
import { setClimate } from './links.ts';
import { type ChaosOptions, readOptions, USAGE } from './options.ts';
import { hasOwnNetwork, runInOwnNetwork } from './packet-loss.ts';
import { runChaos } from './run.ts';
import { reportLines, verdictLine } from './verdict.ts';

const DIR = join(PROJECT_ROOT, '.stack', 'chaos');

await runCommand(async () => {
  const options = readArguments(read, USAGE);
  if (typeof options === 'number') return options;
  if (options.lossPercent > 0 && !hasOwnNetwork) return runInOwnNetwork();
  say(`chaos seed ${options.seed}`);
  const ended = endSignal();
  await using bed = await ChaosBed.open(DIR, lineReport(say));
  setClimate(bed.links, options);
  const found = await runChaos(bed, options, say, ended);
  for (const line of reportLines(found)) say(line);
  say(verdictLine(found));
  return found.violations.length === 0 ? 0 : 1;
});

function read(): ChaosOptions | string {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return USAGE;
  const faults = faultsHere();
  if (options === 'list') return faults.map(({ name }) => name).join('\n');
  chosenFaults(faults, options.faults);
  return options;
}

/** The faults that this machine allows, to be listed and chosen from, not to be injected. */
function faultsHere(): readonly Fault[] {
  return allFaults(new StackHandle(DIR), (link) => {
    throw new Error(`${link} is not open`);
  });
}
