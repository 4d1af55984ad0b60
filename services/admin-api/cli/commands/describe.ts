import type { Command } from 'commander';
import { stringify } from 'yaml';
import { channelViewSchema } from '../../schemas/channels.ts';
import { channelStatusSchema, type PipelineView, type ProcessView } from '../../schemas/status.ts';
import type { Connect } from '../program.ts';
import { count, duration, paint, paintState, printable } from '../screen.ts';

/** `lutra describe` */
export function addDescribe(program: Command, connect: Connect): void {
  program
    .command('describe')
    .description('Everything about a channel: its document, and what its selectors and loaders report.')
    .argument('<name>', 'the channel')
    .addHelpText('after', '\nExample:\n  lutra describe shop')
    .action(async (name: string) => {
      const client = connect();
      const path = `/channels/${encodeURIComponent(name)}`;
      const channel = await client.json(channelViewSchema, path);
      const status = await client.json(channelStatusSchema, `${path}/status`);
      const lines = [
        `${paint('bold', channel.name)}  ${paintState(channel.state)}  revision ${channel.revision}  uid ${channel.uid}`,
        `created ${new Date(channel.createdAt).toISOString()}, changed ${new Date(channel.updatedAt).toISOString()}`,
        '',
        paint('bold', 'Pipelines'),
        ...status.pipelines.flatMap(pipelineLines),
        '',
        paint('bold', 'Document'),
        ...stringify(channel.document, { lineWidth: 0 })
          .trimEnd()
          .split('\n')
          .map((line) => `  ${printable(line)}`),
      ];
      console.log(lines.join('\n'));
    });
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
