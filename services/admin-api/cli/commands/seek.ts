import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { channelViewSchema } from '../../api-schemas.ts';
import { auditListSchema, type SeekReply, seekReplySchema } from '../../seek/seek-schemas.ts';
import { CliError, EXIT } from '../cli-error.ts';
import type { Connect } from '../program.ts';
import { count, paint, printable, table } from '../screen.ts';

type Options = {
  pipeline?: string;
  toOffset?: string;
  toTime?: string;
  toGtid?: string;
  toFile?: string;
  shiftBy?: string;
  partition?: string;
  dryRun?: boolean;
  yes?: boolean;
};

/** `lutra seek`, `lutra audit` */
export function addSeek(program: Command, connect: Connect): void {
  program
    .command('seek')
    .description('Move the position of a paused pipeline; shows first what lies in between.')
    .argument('<channel>', 'the channel')
    .option('--pipeline <name>', 'the pipeline, when the channel has several')
    .option('--to-offset <n>', 'the next record is the one at this offset')
    .option('--to-time <iso>', 'the first transaction committed at or after this time')
    .option('--to-gtid <gtid>', 'the transaction with this GTID')
    .option('--to-file <file:pos>', 'the first transaction that begins at or behind this place of the log')
    .option('--shift-by <n>', 'so many records on, or back')
    .option('--partition <n>', 'with --to-offset and --shift-by: this partition alone')
    .option('--dry-run', 'only show what lies in between')
    .option('-y, --yes', 'do not ask (asked on a terminal only)')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra seek shop --to-offset 5433 --dry-run\n  lutra seek shop --to-time 2026-11-21T09:00:00Z\n  lutra seek shop --shift-by=-1000',
    )
    .action(async (channel: string, options: Options) => {
      const to = targetOf(options);
      const path = `/channels/${encodeURIComponent(channel)}`;
      const client = connect();
      const pipeline = options.pipeline ?? onlyPipeline((await client.json(channelViewSchema, path)).document);
      const call = (dryRun: boolean): Promise<SeekReply> =>
        client.json(seekReplySchema, `${path}/pipelines/${encodeURIComponent(pipeline)}/position`, {
          method: 'POST',
          body: JSON.stringify({ to, dryRun, by: userInfo().username }),
        });
      if (options.dryRun === true || (options.yes !== true && process.stdin.isTTY && process.stdout.isTTY)) {
        console.log(replyText(await call(true)));
        if (options.dryRun === true) return;
        await confirm();
      }
      const reply = await call(false);
      console.log(replyText(reply));
      console.log(
        reply.moved ? `${paint('green', 'moved')}; go on with: lutra start ${channel}` : 'it stands there already',
      );
    });
  program
    .command('audit')
    .description('What operators did by hand, newest first.')
    .option('--limit <n>', 'at most so many', '50')
    .action(async ({ limit }: { limit: string }) => {
      const { items } = await connect().json(auditListSchema, '/audit', { query: { limit } });
      const rows = items.map((entry) => [
        new Date(entry.at).toISOString(),
        printable(entry.by),
        entry.action,
        `${entry.channel}/${entry.pipeline}`,
        Object.keys(entry.before)
          .map((each) => `${each}: ${entry.before[each]} -> ${entry.after[each]}`)
          .join(', '),
        count(entry.rows),
        entry.outcome,
      ]);
      const head = ['AT', 'BY', 'WHAT', 'PIPELINE', 'OFFSETS', 'ROWS', 'OUTCOME'];
      console.log(rows.length === 0 ? 'nothing was done by hand' : table(head, rows));
    });
}

function targetOf({ toOffset, toTime, toGtid, toFile, shiftBy, partition }: Options): object {
  const part = partition === undefined ? {} : { partition: Number(partition) };
  const [file, position] =
    toFile === undefined ? [] : [toFile.slice(0, toFile.lastIndexOf(':')), toFile.split(':').at(-1)];
  const asked = [
    toOffset === undefined ? undefined : { offset: toOffset, ...part },
    shiftBy === undefined ? undefined : { shiftBy: Number(shiftBy), ...part },
    toTime === undefined ? undefined : { time: toTime },
    toGtid === undefined ? undefined : { gtid: toGtid },
    toFile === undefined ? undefined : { file, position: Number(position) },
  ].filter((each) => each !== undefined);
  const [only] = asked;
  if (only !== undefined && asked.length === 1) return only;
  throw new CliError(EXIT.usage, ['name one place: --to-offset, --to-time, --to-gtid, --to-file or --shift-by']);
}

function onlyPipeline(document: { pipelines?: readonly { name?: string }[] }): string {
  const names = document.pipelines?.map(({ name }) => name ?? '') ?? [];
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new CliError(EXIT.usage, [`the channel has several pipelines; name one with --pipeline: ${names.join(', ')}`]);
}

async function confirm(): Promise<void> {
  const dialog = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await dialog.question('move it? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.refused, ['nothing was moved']);
  } finally {
    dialog.close();
  }
}

function replyText({ direction, partitions, preview, notes, repair }: SeekReply): string {
  const { isComplete, transactions, rows, tables, statements, first, last } = preview;
  const more = isComplete ? '' : 'more than ';
  return [
    ...partitions.map(({ partition, from, to }) => `partition ${partition}: ${from} -> ${to}`),
    `${direction}: ${more}${count(transactions)} transactions, ${more}${count(rows)} rows`,
    ...(first === undefined || last === undefined
      ? []
      : [`from ${first.committedAt} ${first.gtid} to ${last.committedAt} ${last.gtid}`]),
    ...tables.map(
      (each) => `  ${each.table}: ${each.inserts} inserts, ${each.updates} updates, ${each.deletes} deletes`,
    ),
    ...statements.map(({ id, sql }) => `  statement ${id}: ${sql}`),
    ...notes.map((note) => `note: ${note}`),
    ...repair.map((each) => `repair: ${each}`),
  ]
    .map(printable)
    .join('\n');
}
