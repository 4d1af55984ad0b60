import type { Command } from 'commander';
import { channelViewSchema } from '../../schemas/channels.ts';
import { channelStatusSchema, type PipelineView, type ProcessView } from '../../schemas/status.ts';
import { KINDS } from '../kinds/all.ts';
import type { Kind } from '../kinds/kind.ts';
import { examples, formOf } from '../listing.ts';
import { type Format, outputOption, show, yamlText } from '../output.ts';
import type { Connect } from '../program.ts';
import { count, duration, moment, paint, paintState, printable } from '../screen.ts';

/** `lutra describe`: channels in words, everything else as YAML. */
export function addDescribe(program: Command, connect: Connect): void {
  const parent = program
    .command('describe')
    .description(
      'Everything about a thing; without a kind: about a channel, its document and what its processes report.',
    )
    .argument('<channel>', 'the channel')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(['lutra describe shop', 'lutra describe database sh.orders', 'lutra describe revision shop 3']),
    )
    .action((name: string, { output }: { output: Format }) => describeChannel(connect, name, output));
  for (const kind of KINDS.filter(({ one }) => one !== undefined)) addKind(parent, connect, kind);
}

function addKind(parent: Command, connect: Connect, { name, alias, inChannel, item = 'name', one }: Kind): void {
  const command = parent.command(alias).alias(name).description(`Everything about one of the ${name}.`);
  if (inChannel) command.argument('<channel>', 'the channel');
  command
    .argument(`<${item}>`, 'its name')
    .addOption(outputOption())
    .addHelpText('after', examples([`lutra describe ${alias} ${inChannel ? 'shop ' : ''}NAME`]))
    .action(async () => {
      const output = formOf(parent) ?? command.opts<{ output: Format }>().output;
      const [first = '', second = ''] = command.args;
      if (name === 'channels') return describeChannel(connect, first, output);
      const shown = await one?.(connect(), { channel: first, query: {} }, inChannel ? second : first);
      if (shown !== undefined) show({ ...shown, table: () => printable(yamlText(shown.value).trimEnd()) }, output);
    });
}

async function describeChannel(connect: Connect, name: string, output: Format): Promise<void> {
  const client = connect();
  const path = `/channels/${encodeURIComponent(name)}`;
  const channel = await client.json(channelViewSchema, path);
  const status = await client.json(channelStatusSchema, `${path}/status`);
  const table = (): string =>
    [
      `${paint('bold', channel.name)}  ${paintState(channel.state)}  revision ${channel.revision}  uid ${channel.uid}`,
      `created ${moment(channel.createdAt)}, changed ${moment(channel.updatedAt)}`,
      '',
      paint('bold', 'Pipelines'),
      ...status.pipelines.flatMap(pipelineLines),
      '',
      paint('bold', 'Document'),
      ...yamlText(channel.document)
        .trimEnd()
        .split('\n')
        .map((line) => `  ${printable(line)}`),
    ].join('\n');
  show({ value: { channel, status }, table, names: [channel.name] }, output);
}

function pipelineLines(pipeline: PipelineView): string[] {
  const { name, from, to, state, reason, lagMs, offsets = [] } = pipeline;
  return [
    `  ${name}: ${from} -> ${to}  ${paintState(state)}  lag ${duration(lagMs)}`,
    ...(reason === undefined
      ? []
      : [`    ${printable(reason.message)} [${reason.code}]`, `    remedy: ${printable(reason.remedy)}`]),
    ...offsets.map((each) => `    ${each.topic}/${each.partition}: next ${each.next} of ${each.end}`),
    ...processLines(pipeline.selector),
    ...processLines(pipeline.loader),
    ...(pipeline.standby ?? []).map((process) => `    ${printable(process)} stands by`),
  ];
}

function processLines(process: ProcessView | undefined): string[] {
  if (process === undefined) return [];
  const { role, instance, site, state, isLost, ageMs, position, rows, tables, rowsPerSecond } = process;
  const where =
    position === undefined
      ? ''
      : `  at ${position.file}:${position.position}${position.gtidSet === '' ? '' : ` GTID ${position.gtidSet}`}`;
  return [
    `    ${role} ${printable(instance)} at ${site}: ${paintState(isLost ? 'lost' : state)}, heard ${duration(ageMs)} ago, ${count(rowsPerSecond)} rows/s${printable(where)}`,
    `      rows since its start: ${rowsText(rows)}`,
    ...Object.entries(tables).map(([table, counts]) => `      ${printable(table)}: ${rowsText(counts)}`),
  ];
}

function rowsText({ inserts, updates, deletes }: { inserts: number; updates: number; deletes: number }): string {
  return `${count(inserts)} inserts, ${count(updates)} updates, ${count(deletes)} deletes`;
}
