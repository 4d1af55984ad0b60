import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { selectorPositionSchema } from '../../shared/model/position.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { positionsTopic } from '../../topics/topics.ts';
import type { JoinedAt } from './cursor.ts';

/** Only what is needed here: a newer selector may save more. */
const joinedSchema = selectorPositionSchema.pick({ joined: true });

/**
 * Waits until the selector has noted in its position where this pipeline joined the stream. `source`: its id, `sh.order`.
 * Errors: SELECTOR_ABSENT when the signal ends the wait.
 */
export async function readJoinedAt(
  address: KafkaAddress,
  { source, site, uid }: { source: string; site: string; uid: string },
  signal: AbortSignal,
): Promise<JoinedAt> {
  address.log.info({ source }, 'waits for the selector to note where this pipeline joins the stream');
  for await (const { records } of followTopic({ ...address, topic: positionsTopic(site) }, signal)) {
    for (const { key, value } of records) {
      if (key !== source || value === null) continue;
      const position = joinedSchema.safeParse(JSON.parse(value.toString('utf8')));
      const joined = position.success ? position.data.joined[uid] : undefined;
      if (joined !== undefined) return joined;
    }
  }
  throw new ReplicationError(
    'SELECTOR_ABSENT',
    `the selector of ${source} has not yet noted where pipeline ${uid} joins`,
    `start the selector at site ${site}`,
  );
}
