import { ReplicationError } from '../runtime/errors.ts';
import { asKafkaError, type KafkaAddress, openCluster } from './cluster.ts';
import { kafkaClient } from './topic-admin.ts';

/** Where a consumer group stands in one partition, and what the partition holds: from `low` up to and without `high`. */
export type GroupPlace = {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
  /** undefined when nothing was ever committed. */
  readonly committed: bigint | undefined;
  /** What was written beside it; empty when nothing was. */
  readonly metadata: string;
};
export type GroupPlaces = { readonly members: number; readonly places: readonly GroupPlace[] };

/** Members and offsets of a group in a topic, by partition. Errors: KAFKA_UNREACHABLE. */
export async function readGroupPlaces(address: KafkaAddress, group: string, topic: string): Promise<GroupPlaces> {
  const admin = kafkaClient(address).admin();
  try {
    await admin.connect();
    const asked = [
      admin.describeGroups([group]),
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
      admin.fetchTopicOffsets(topic),
    ] as const;
    await Promise.allSettled(asked); // what is still under way when the client goes opens a connection that nobody closes
    const [described, offsets, bounds] = await Promise.all(asked);
    const committed = new Map(offsets[0]?.partitions.map((each) => [each.partition, each]));
    const places = bounds
      .map(({ partition, low, high }) => {
        const { offset = '-1', metadata } = committed.get(partition) ?? {};
        const at = BigInt(offset);
        const place = { partition, low: BigInt(low), high: BigInt(high) };
        return { ...place, committed: at < 0n ? undefined : at, metadata: metadata ?? '' };
      })
      .toSorted((a, b) => a.partition - b.partition);
    return { members: described.groups[0]?.members.length ?? 0, places };
  } catch (error) {
    throw asKafkaError(address.brokers, error);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

export type NewOffset = { readonly partition: number; readonly offset: bigint };

/**
 * Commits plain offsets for a group without members, all in one request. The broker itself refuses when a member has joined meanwhile.
 * (kafkajs's own setOffsets joins the group for seconds, and leaves out in silence what another member that joins meanwhile is given.)
 * Errors: KAFKA_UNREACHABLE, GROUP_IN_USE.
 */
export async function setGroupOffsets(
  address: KafkaAddress,
  group: string,
  topic: string,
  offsets: readonly NewOffset[],
): Promise<void> {
  const cluster = await openCluster(address);
  try {
    const coordinator = await cluster.findGroupCoordinator({ groupId: group });
    const partitions = offsets.map(({ partition, offset }) => ({ partition, offset: offset.toString() }));
    await coordinator.offsetCommit({
      groupId: group,
      groupGenerationId: -1,
      memberId: '',
      topics: [{ topic, partitions }],
    });
  } catch (error) {
    throw hasMembers(error) ? groupInUse(group, error) : asKafkaError(address.brokers, error);
  } finally {
    await cluster.disconnect().catch(() => {});
  }
}

const MEMBER_ERRORS = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS']);

function hasMembers(error: unknown): boolean {
  return error instanceof Error && 'type' in error && MEMBER_ERRORS.has(String(error.type));
}

export function groupInUse(group: string, cause?: unknown): ReplicationError {
  return new ReplicationError(
    'GROUP_IN_USE',
    `the consumer group ${group} has members: a loader still works on it`,
    'pause the channel, wait until lutra status shows it paused, then try again',
    cause,
  );
}
