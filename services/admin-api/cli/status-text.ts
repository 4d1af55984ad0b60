import type * as z from 'zod';
import type { channelStatusSchema, PipelineView } from '../api-schemas.ts';
import { count, duration, paint, paintState, printable, table } from './screen.ts';

type ChannelStatus = z.infer<typeof channelStatusSchema>;

/** The status of channels as a table, and under it the reason and remedy of every pipeline that does not run. */
export function statusText(channels: readonly ChannelStatus[]): string {
  if (channels.length === 0) return 'no channels yet; create one with: lutra apply -f FILE';
  const rows = channels.flatMap((channel) => channel.pipelines.map((pipeline) => row(channel, pipeline)));
  const reasons = channels.flatMap((channel) =>
    channel.pipelines.flatMap((pipeline) => reasonLines(channel, pipeline)),
  );
  const head = ['CHANNEL', 'PIPELINE', 'FROM -> TO', 'STATE', 'LAG', 'ROWS/S', 'OFFSET', 'POSITION'];
  return [table(head, rows), ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
}

function row(channel: ChannelStatus, pipeline: PipelineView): string[] {
  const { name, from, to, state, lagMs, rowsPerSecond } = pipeline;
  return [
    channel.name,
    name,
    `${from} -> ${to}`,
    paintState(state),
    duration(lagMs),
    count(rowsPerSecond),
    offsetText(pipeline),
    positionText(pipeline),
  ];
}

/** `1,204/1,300 (+96)`, summed over the partitions: next offset to read, end, what is left. */
function offsetText({ offsets }: PipelineView): string {
  if (offsets === undefined || offsets.length === 0) return '-';
  const next = offsets.reduce((sum, each) => sum + Number(each.next), 0);
  const end = offsets.reduce((sum, each) => sum + Number(each.end), 0);
  const left = end - next;
  return `${count(next)}/${count(end)}${left > 0 ? ` (+${count(left)})` : ''}`;
}

function positionText({ position }: PipelineView): string {
  if (position === undefined) return '-';
  return printable(position.file === '' ? position.gtidSet : `${position.file}:${position.position}`);
}

function reasonLines(channel: ChannelStatus, pipeline: PipelineView): string[] {
  const { reason } = pipeline;
  if (reason === undefined) return [];
  const who = `${channel.name}/${pipeline.name}`;
  return [
    `${paint('bold', who)} ${paintState(pipeline.state)}: ${printable(reason.message)} [${printable(reason.code)}]`,
    `  ${paint('cyan', 'remedy')}: ${printable(reason.remedy)}`,
  ];
}
