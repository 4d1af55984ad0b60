/** `npm run soak`: a steady load for an hour with one target slow and one stopped, and a verdict whether anything fell silent, grew or was lost. */
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { messageOf, StackError } from '../../stack/errors.ts';
import { lineReport } from '../../stack/report.ts';
import { runBacklog } from './backlog.ts';
import { SoakBed } from './bed.ts';
import { readSoakOptions, type SoakOptions, USAGE } from './options.ts';
import { soakLines, soakVerdict, soakViolations } from './report.ts';
import { runSoak } from './run.ts';

const say = (line: string): void => console.log(line);

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof StackError ? messageOf(error) : error);
  return 1;
});

async function main(): Promise<number> {
  const options = optionsOrExitCode();
  if (typeof options === 'number') return options;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const { backlogGb } = options;
  const [dir, channels] = backlogGb === undefined ? ['soak', ['far', 'slow', 'stopped']] : ['backlog', ['stopped']];
  await using bed = await SoakBed.open(join(PROJECT_ROOT, '.stack', dir), channels, lineReport(say));
  const found =
    backlogGb === undefined
      ? await runSoak(bed, options, say, stop.signal)
      : await runBacklog(bed, backlogGb, say, stop.signal);
  for (const line of soakLines(found)) say(line);
  say(soakVerdict(found));
  return soakViolations(found).length === 0 ? 0 : 1;
}

/** The options, or the exit code when there is nothing to run. */
function optionsOrExitCode(): SoakOptions | number {
  try {
    const options = readSoakOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    say(USAGE);
    return 0;
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}
