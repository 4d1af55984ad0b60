import { readGroupPlaces } from '../../shared/kafka/group-offsets.ts';
import type { Channel, Pipeline } from '../../shared/model/channel.ts';
import type { CheckProblem } from '../../shared/mysql/check-problem.ts';
import { problemOf } from '../../shared/mysql/check-problem.ts';
import { asReplicationError } from '../../shared/runtime/errors.ts';
import { lookAtLogEnd } from './log-end.ts';
import { pipelineView } from './pipeline-status.ts';
import type { PipelinePosition } from './schemas/positions.ts';
import { placeOf } from './seek/seek.ts';
import type { AdminParts } from './server.ts';

/** Where a pipeline stands, along the way of its rows. What cannot be asked is left out, with the reason. */
export async function pipelinePosition(
  parts: AdminParts,
  channel: Channel,
  pipeline: Pipeline,
): Promise<PipelinePosition> {
  const problems: CheckProblem[] = [];
  const place = placeOf(parts, channel, pipeline);
  const attempt = <T>(look: Promise<T>): Promise<T | undefined> =>
    look.catch((error: unknown) => {
      problems.push(problemOf(asReplicationError(error)));
      return undefined;
    });
  const [source, group] = await Promise.all([
    attempt(lookAtLogEnd(channel, pipeline.from)),
    attempt(readGroupPlaces(place.kafka, place.group, place.topic)),
  ]);
  const view = pipelineView(channel, pipeline, parts.statuses.of(channel, pipeline), Date.now());
  const published = view.selector?.position;
  return {
    pipeline: pipeline.name,
    group: place.group,
    site: place.site,
    topic: place.topic,
    ...(source === undefined ? {} : { source }),
    ...(published === undefined ? {} : { published }),
    ...(view.position === undefined ? {} : { applied: view.position }),
    offsets: (group?.places ?? []).map(({ partition, low, high, committed, metadata }) => ({
      topic: place.topic,
      partition,
      ...(committed === undefined ? {} : { committed: String(committed), behind: String(high - committed) }),
      low: String(low),
      end: String(high),
      setByOperator: committed !== undefined && !isOurs(metadata),
    })),
    problems,
  };
}

/** Lutra's own commits bear metadata; a commit without it was made by a person. */
function isOurs(metadata: string): boolean {
  return /^\{"lutra":/.test(metadata);
}
