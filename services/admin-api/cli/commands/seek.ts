import type { Command } from 'commander';
import { channelViewSchema } from '../../schemas/channels.ts';
import { type SeekReply, seekReplySchema } from '../../seek/seek-schemas.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { canAsk, confirm } from '../confirm.ts';
import { type Format, outputOption, show } from '../output.ts';
import type { Connect } from '../program.ts';
import { count, paint, printable } from '../screen.ts';

type Options = {
  pipeline?: string;
  transactions?: string;
  toOffset?: string;
  toTime?: string;
  toGtid?: string;
  toFile?: string;
  shiftBy?: string;
  partition?: string;
  dryRun?: boolean;
  yes?: boolean;
  output: Format;
};

/** `lutra seek`, `lutra skip`, `lutra replay` */
export function addSeek(program: Command, connect: Connect): void {
  addMove(program, 'seek', 'Move the position of a paused pipeline; shows first what lies in between.')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra seek shop --to-offset 5433 --dry-run\n  lutra seek shop --to-time 2026-11-21T09:00:00Z\n  lutra seek shop --shift-by=-1000',
    )
    .action((channel: string, options: Options) => move(connect, channel, options, { to: targetOf(options) }));
  addMove(program, 'skip', 'Leave out what a paused pipeline would apply next: one transaction, or all up to a place.')
    .option('--transactions <n>', 'so many transactions of the source')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra skip shop\n  lutra skip shop --to-gtid 3e11fa47-71ca-11e1-9e33-c80aa9429562:23',
    )
    .action((channel: string, options: Options) => {
      const to = hasPlace(options) ? targetOf(options) : { transactions: 1 };
      return move(connect, channel, options, { to, only: 'skip' });
    });
  addMove(program, 'replay', 'Let a paused pipeline apply again what it has applied, from a place on.')
    .option('--transactions <n>', 'the last so many transactions of the source')
    .addHelpText(
      'after',
      '\nExamples:\n  lutra replay shop --to-time 2026-11-21T09:00:00Z\n  lutra replay shop --transactions 10',
    )
    .action((channel: string, options: Options) => {
      const { transactions } = options;
      const to = targetOf({ ...options, ...(transactions === undefined ? {} : { transactions: `-${transactions}` }) });
      return move(connect, channel, options, { to, only: 'repeat' });
    });
}

function addMove(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
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
    .addOption(outputOption());
}

async function move(connect: Connect, channel: string, options: Options, request: object): Promise<void> {
  const path = `/channels/${encodeURIComponent(channel)}`;
  const client = connect();
  const pipeline = options.pipeline ?? onlyPipeline((await client.json(channelViewSchema, path)).document);
  const call = (dryRun: boolean): Promise<SeekReply> =>
    client.json(seekReplySchema, `${path}/pipelines/${encodeURIComponent(pipeline)}/position`, {
      method: 'POST',
      body: JSON.stringify({ ...request, dryRun }),
    });
  if (options.dryRun === true || (options.yes !== true && canAsk())) {
    print(await call(true), pipeline, options.output);
    if (options.dryRun === true) return;
    await confirm('move it?', 'nothing was moved');
  }
  print(await call(false), pipeline, options.output);
  if (options.output === 'table') console.log(`${paint('green', 'moved')}; go on with: lutra start ${channel}`);
}

function print(reply: SeekReply, pipeline: string, output: Format): void {
  show({ value: reply, table: () => replyText(reply), names: [pipeline] }, output);
}

function placesOf({ transactions, toOffset, toTime, toGtid, toFile, shiftBy, partition }: Options): object[] {
  const part = partition === undefined ? {} : { partition: Number(partition) };
  const [file, position] =
    toFile === undefined ? [] : [toFile.slice(0, toFile.lastIndexOf(':')), toFile.split(':').at(-1)];
  const places = [
    transactions === undefined ? undefined : { transactions: Number(transactions) },
    toOffset === undefined ? undefined : { offset: toOffset, ...part },
    shiftBy === undefined ? undefined : { shiftBy: Number(shiftBy), ...part },
    toTime === undefined ? undefined : { time: toTime },
    toGtid === undefined ? undefined : { gtid: toGtid },
    toFile === undefined ? undefined : { file, position: Number(position) },
  ];
  return places.filter((each) => each !== undefined);
}

function hasPlace(options: Options): boolean {
  return placesOf(options).length > 0;
}

function targetOf(options: Options): object {
  const [only, more] = placesOf(options);
  if (only !== undefined && more === undefined) return only;
  throw new CliError(EXIT.usage, [
    'name one place: --to-offset, --to-time, --to-gtid, --to-file or --shift-by; skip and replay also take --transactions',
  ]);
}

function onlyPipeline(document: { pipelines?: readonly { name?: string }[] }): string {
  const names = document.pipelines?.map(({ name }) => name ?? '') ?? [];
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new CliError(EXIT.usage, [`the channel has several pipelines; name one with --pipeline: ${names.join(', ')}`]);
}

function replyText({ direction, partitions, preview, notes, repair }: SeekReply): string {
  const { isComplete, transactions, rows, tables, statements, first, last } = preview;
  const more = isComplete ? '' : 'more than ';
  return [
    ...partitions.map(({ partition, from, to }) => `partition ${partition}: ${from} -> ${to}`),
    `${direction}: ${more}${count(transactions)} transactions, ${more}${count(rows)} rows`,
    ...(first === undefined || last === undefined ? [] : [`from ${placeText(first)}`, `to   ${placeText(last)}`]),
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

function placeText({ committedAt, file, position, gtid }: NonNullable<SeekReply['preview']['first']>): string {
  return `${committedAt} ${file}:${position} ${gtid}`.trimEnd();
}
