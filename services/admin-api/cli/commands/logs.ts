import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { logLevelSchema } from '../../../../shared/model/log-record.ts';
import { type LogEntry, logListSchema } from '../../schemas/logs.ts';
import { examples } from '../listing.ts';
import { type Format, outputOption, show } from '../output.ts';
import { readPages } from '../pages.ts';
import type { Connect } from '../program.ts';
import { moment, paint, printable } from '../screen.ts';
import { readCount, readTime } from '../time-text.ts';
import { untilStopped } from '../watch.ts';

type Options = {
  follow?: true;
  pipeline?: string;
  node?: string;
  level?: string;
  filter?: string;
  since?: string;
  limit: string;
  output: Format;
};
/** Records of other sites may arrive this much later than they were written. */
const LATE_MS = 10_000;

/** `lutra logs` */
export function addLogs(program: Command, connect: Connect): void {
  program
    .command('logs')
    .description('Warnings, errors and changes of state of all processes, or about one channel, oldest first.')
    .argument('[channel]', 'only about this channel')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--pipeline <pipeline>', 'only about this pipeline')
    .option('--node <node>', 'only of this process')
    .addOption(new Option('--level <level>', 'this level and above').choices(logLevelSchema.options))
    .option('--filter <text>', 'only those whose message or code holds this text')
    .option('--since <time>', 'from this time on: ISO 8601, or how long ago, 15m')
    .option('--limit <n>', 'the newest so many', '100')
    .addOption(outputOption())
    .addHelpText('after', examples(['lutra logs', 'lutra logs shop -f', 'lutra logs --level error --since 1h']))
    .action(async (channel: string | undefined, options: Options) => {
      const { follow, output, limit, since, ...query } = options;
      const client = connect();
      const asked = { ...query, ...(channel === undefined ? {} : { channel }) };
      const read = async (from: number | undefined, most: number): Promise<LogEntry[]> => {
        const times = from === undefined ? {} : { from: String(from) };
        const page = await readPages(client, logListSchema, '/logs', { limit: most, query: { ...asked, ...times } });
        return page.items.toReversed();
      };
      const first = await read(
        since === undefined ? undefined : readTime(since, '--since'),
        readCount(limit, '--limit'),
      );
      if (follow !== true)
        return show({ value: { items: first }, table: () => logText(first), names: first.map(({ id }) => id) }, output);
      printEach(first, output);
      await followFrom(first, (from) => read(from, 1000), output);
    });
}

async function followFrom(first: LogEntry[], read: (from: number) => Promise<LogEntry[]>, output: Format) {
  let seen = new Map(first.map(({ id, at }) => [id, at]));
  const begin = Date.now();
  await untilStopped(async (signal) => {
    while (!signal.aborted) {
      await delay(1000, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const from = Math.max(begin, Date.now() - LATE_MS);
      const found = await read(from);
      printEach(
        found.filter(({ id }) => !seen.has(id)),
        output,
      );
      seen = new Map(
        [...seen, ...found.map(({ id, at }) => [id, at] as const)].filter(([, at]) => at >= from - LATE_MS),
      );
    }
  });
}

/** A stream of records has a record a line in every form. */
function printEach(entries: readonly LogEntry[], output: Format): void {
  for (const entry of entries)
    console.log(output === 'json' ? JSON.stringify(entry) : output === 'name' ? entry.id : entryText(entry));
}

function logText(entries: readonly LogEntry[]): string {
  return entries.length === 0 ? 'no log records that match' : entries.map(entryText).join('\n');
}

function entryText({ at, level, role, instance, channel, pipeline, code, message, remedy }: LogEntry): string {
  const colour = level === 'info' ? 'gray' : level === 'warn' ? 'yellow' : 'red';
  const about = channel === undefined ? '' : ` ${channel}${pipeline === undefined ? '' : `/${pipeline}`}`;
  const line = `${moment(at)} ${paint(colour, level.padEnd(5))} ${printable(`${role} ${instance}${about}`)}: ${printable(message)}`;
  return `${line}${code === undefined ? '' : ` [${printable(code)}]`}${remedy === undefined ? '' : `; ${printable(remedy)}`}`;
}
