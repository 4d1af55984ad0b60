import type { Channel, Pipeline, Start } from '../../shared/model/channel.ts';
import type { PipelineView, StartPoint } from './api-schemas.ts';
import { pipelineView } from './pipeline-status.ts';
import type { AdminParts } from './server.ts';

/** From where each pipeline of a channel starts, or goes on when it has a place already, and what it does not cover. */
export async function startPoints(channel: Channel, parts: AdminParts): Promise<StartPoint[]> {
  const observed = parts.statuses.all();
  return channel.pipelines.map((pipeline) =>
    startPoint(pipeline, pipelineView(channel, pipeline, observed, Date.now())),
  );
}

function startPoint(pipeline: Pipeline, view: PipelineView): StartPoint {
  if (view.position !== undefined) {
    return {
      pipeline: pipeline.name,
      from: `goes on at its own place, ${placeText(view.position)} of ${pipeline.from}; \`start\` in the document is not used`,
      notCovered:
        'nothing is left out: changes made while it stood still follow now, if the log and the topic still hold them',
    };
  }
  return { pipeline: pipeline.name, ...freshStart(pipeline, view) };
}

function freshStart({ from, start }: Pipeline, view: PipelineView): Omit<StartPoint, 'pipeline'> {
  const rows =
    'rows that are in the tables already are not copied: copy them first, or start at a position for which you have a copy';
  if (start === 'end') {
    const now = view.selector?.position;
    const where = now === undefined ? '' : `; it has read up to ${placeText(now)}`;
    return {
      from: `at the end of the log of ${from}, as it is when its selector sees this channel${where}`,
      notCovered: `changes before that moment; ${rows}`,
    };
  }
  if (start === 'beginning') {
    return {
      from: `at the oldest log file that ${from} still has`,
      notCovered: `changes in log files that ${from} has purged; ${rows}`,
    };
  }
  return { from: `at ${startText(start)} of ${from}`, notCovered: `changes before it; ${rows}` };
}

function startText(start: Exclude<Start, string>): string {
  return 'gtid' in start ? `GTID set ${start.gtid}` : `${start.file}:${start.position}`;
}

/** `mysql-bin.000003:154 (GTID …)` */
function placeText(position: { gtidSet: string; file: string; position: number }): string {
  const gtid = position.gtidSet === '' ? '' : ` (GTID ${position.gtidSet})`;
  return `${position.file}:${position.position}${gtid}`;
}
