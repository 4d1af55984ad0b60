import type { Channel, Pipeline, Start } from '../../shared/model/channel.ts';
import { lookAtLogEnd } from './log-end.ts';
import { pipelineView } from './pipeline-status.ts';
import type { StartPoint } from './schemas/channels.ts';
import type { PipelineView } from './schemas/status.ts';
import type { AdminParts } from './server.ts';

/** From where each pipeline of a channel starts, or goes on when it has a place already, and what it does not cover. */
export async function startPoints(channel: Channel, parts: AdminParts): Promise<StartPoint[]> {
  return Promise.all(
    channel.pipelines.map(async (pipeline) => {
      const view = pipelineView(channel, pipeline, parts.statuses.of(channel, pipeline), Date.now());
      if (view.position !== undefined) return goesOn(pipeline, view.position);
      return { pipeline: pipeline.name, ...(await freshStart(channel, pipeline)) };
    }),
  );
}

function goesOn(pipeline: Pipeline, position: NonNullable<PipelineView['position']>): StartPoint {
  return {
    pipeline: pipeline.name,
    from: `goes on at its own place, ${placeText(position)} of ${pipeline.from}; \`start\` in the document is not used`,
    notCovered:
      'nothing is left out: changes made while it stood still follow now, if the log and the topic still hold them',
  };
}

const ROWS =
  'rows that are in the tables already are not copied: copy them first, or start at a position for which you have a copy';

async function freshStart(channel: Channel, { from, start }: Pipeline): Promise<Omit<StartPoint, 'pipeline'>> {
  if (start === 'end') {
    const end = await lookAtLogEnd(channel, from).catch(() => undefined);
    const now = end === undefined ? '' : `; that is now ${placeText(end)}`;
    return {
      from: `at the end of the log of ${from}, as it is when its selector sees this channel${now}`,
      notCovered: `changes before that moment; ${ROWS}`,
    };
  }
  if (start === 'beginning') {
    return {
      from: `at the oldest log file that ${from} still has`,
      notCovered: `changes in log files that ${from} has purged; ${ROWS}`,
    };
  }
  return { from: `at ${startText(start)} of ${from}`, notCovered: `changes before it; ${ROWS}` };
}

function startText(start: Exclude<Start, string>): string {
  return 'gtid' in start ? `GTID set ${start.gtid}` : `${start.file}:${start.position}`;
}

/** `mysql-bin.000003:154 (GTID …)` */
function placeText(position: { gtidSet: string; file: string; position: number }): string {
  const gtid = position.gtidSet === '' ? '' : ` (GTID ${position.gtidSet})`;
  return `${position.file}:${position.position}${gtid}`;
}
