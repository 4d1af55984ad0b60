import { createHash } from 'node:crypto';
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const NAME = 'lutra-spread';
const VERSION = 1;
const NO_DATA = Buffer.alloc(0);
/** kafkajs's clients are named `<clientId>-<uuid>`. */
const UUID_LENGTH = 37;

/**
 * Shares the partitions of a topic evenly among the members of a group, beginning with another member for each topic: pipelines of one partition are spread
 * over all loaders. A member that comes again under its client's name gets the same partitions again.
 */
export const spreadAssigner: PartitionAssigner = ({ cluster }) => ({
  name: NAME,
  version: VERSION,
  protocol: ({ topics }) => ({
    name: NAME,
    metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: NO_DATA }),
  }),
  async assign({ members, topics }) {
    const shares = new Map(members.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
    for (const topic of topics) {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      for (const [memberId, share] of sharesOf(topic, partitions, [...shares.keys()]))
        Object.assign(shares.get(memberId) ?? {}, { [topic]: share });
    }
    return [...shares].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: VERSION, assignment, userData: NO_DATA }),
    }));
  },
});

/** Which member gets which partitions; members without any are left out. */
export function sharesOf(
  topic: string,
  partitions: readonly number[],
  memberIds: readonly string[],
): Map<string, number[]> {
  const order = memberIds.toSorted((a, b) => compare(place(topic, a), place(topic, b)) || compare(a, b));
  const shares = new Map<string, number[]>();
  for (const [index, partition] of partitions.toSorted((a, b) => a - b).entries()) {
    const member = order[index % order.length] ?? '';
    shares.set(member, [...(shares.get(member) ?? []), partition]);
  }
  return shares;
}

function place(topic: string, memberId: string): string {
  return createHash('sha1')
    .update(`${topic}/${memberId.slice(0, -UUID_LENGTH)}`)
    .digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
