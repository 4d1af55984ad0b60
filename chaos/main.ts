/** `npm run chaos`: a live workload while things fail at random, and a verdict whether anything was lost, doubled or out of order. */
import { join } from 'node:path';
import { StackHandle } from '../stack/api.ts';
import { PROJECT_ROOT } from '../stack/config.ts';
import { messageOf, StackError } from '../stack/errors.ts';
import { lineReport } from '../stack/report.ts';
import { ChaosBed } from './bed.ts';
import { allFaults, chosenFaults } from './faults/all-faults.ts';
import type { Fault } from './faults/fault.ts';
import { setClimate } from './links.ts';
import { type ChaosOptions, readOptions, USAGE } from './options.ts';
import { hasOwnNetwork, runInOwnNetwork } from './packet-loss.ts';
import { runChaos } from './run.ts';
import { reportLines, verdictLine } from './verdict.ts';

const DIR = join(PROJECT_ROOT, '.stack', 'chaos');
const say = (line: string): void => console.log(line);

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof StackError ? messageOf(error) : error);
  return 1;
});

async function main(): Promise<number> {
  const options = optionsOrExitCode();
  if (typeof options === 'number') return options;
  if (options.lossPercent > 0 && !hasOwnNetwork) return runInOwnNetwork();
  say(`chaos seed ${options.seed}`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  await using bed = await ChaosBed.open(DIR, lineReport(say));
  setClimate(bed.links, options);
  const found = await runChaos(bed, options, say, stop.signal);
  for (const line of reportLines(found)) say(line);
  say(verdictLine(found));
  return found.violations.length === 0 ? 0 : 1;
}

/** The options, or the exit code when there is nothing to run. */
function optionsOrExitCode(): ChaosOptions | number {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === 'help') say(USAGE);
    else if (options === 'list')
      say(
        faultsHere()
          .map(({ name }) => name)
          .join('\n'),
      );
    else {
      chosenFaults(faultsHere(), options.faults);
      return options;
    }
    return 0;
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}

/** The faults that this machine allows, to be listed and chosen from, not to be injected. */
function faultsHere(): readonly Fault[] {
  return allFaults(new StackHandle(DIR), (link) => {
    throw new Error(`${link} is not open`);
  });
}
