/** `npm run soak`: a steady load for an hour with one target slow and one stopped, and a verdict whether anything fell silent, grew or was lost. */
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { lineReport } from '../../stack/report.ts';
import { endSignal, readArguments, runCommand, say } from '../command.ts';
import { runBacklog } from './backlog.ts';
import { SoakBed } from './bed.ts';
import { readSoakOptions, USAGE } from './options.ts';
import { soakLines, soakVerdict, soakViolations } from './report.ts';
import { runSoak } from './run.ts';

await runCommand(async () => {
  const options = readArguments(() => readSoakOptions(process.argv.slice(2)), USAGE);
  if (typeof options === 'number') return options;
  const ended = endSignal();
  const { backlogGb } = options;
  const [dir, channels] = backlogGb === undefined ? ['soak', ['far', 'slow', 'stopped']] : ['backlog', ['stopped']];
  await using bed = await SoakBed.open(join(PROJECT_ROOT, '.stack', dir), channels, lineReport(say));
  const found =
    backlogGb === undefined ? await runSoak(bed, options, say, ended) : await runBacklog(bed, backlogGb, say, ended);
  for (const line of soakLines(found)) say(line);
  say(soakVerdict(found));
  return soakViolations(found).length === 0 ? 0 : 1;
});
