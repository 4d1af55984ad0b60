import type * as z from 'zod';
import type { channelStatusSchema, PipelineView } from '../schemas/status.ts';
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
  const held = channels.flatMap((channel) => channel.pipelines.flatMap((pipeline) => heldLines(channel, pipeline)));
  const kept = channels.flatMap((channel) => channel.pipelines.flatMap((pipeline) => keptLines(channel, pipeline)));
  const notes = channels.flatMap((channel) => channel.pipelines.flatMap((pipeline) => noteLines(channel, pipeline)));
  return [table(head, rows), ...notes, ...held, ...kept, ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
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

function noteLines(channel: ChannelStatus, { name, loader }: PipelineView): string[] {
  return (loader?.notes ?? []).map((note) => `${paint('bold', `${channel.name}/${name}`)} ${printable(note)}`);
}

/** Rows in quarantine; everything else flows. */
function keptLines(channel: ChannelStatus, { name, loader }: PipelineView): string[] {
  const { rows, tables } = loader?.quarantine ?? { rows: 0, tables: {} };
  if (rows === 0) return [];
  const list = Object.entries(tables).map(([table, waiting]) => `${printable(table)} ${count(waiting)}`);
  return [
    `${paint('bold', `${channel.name}/${name}`)} ${paint('red', 'quarantine')}: ${count(rows)} rows wait (${list.join(', ')}); lutra quarantine list ${channel.name}`,
  ];
}

/** Statements that wait for a decision; rows of other tables flow. */
function heldLines(channel: ChannelStatus, { name, loader }: PipelineView): string[] {
  return (loader?.ddl?.held ?? []).map(({ id, words, tables, reason }) =>
    [
      `${paint('bold', `${channel.name}/${name}`)} ${paint('red', 'held')}: ${printable(words)} of ${printable(tables.join(', ') || 'unknown tables')} waits for a decision: ${printable(reason.message)} [${printable(reason.code)}]`,
      `  ${paint('cyan', 'remedy')}: lutra ddl apply|edit|skip ${channel.name} ${id}; ${printable(reason.remedy)}`,
    ].join('\n'),
  );
}
