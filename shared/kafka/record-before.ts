import { asKafkaError, type KafkaAddress, openCluster, partitionLeader } from './cluster.ts';

const MAX_BYTES = 9 << 20;

/** The value of the last record of a partition before an offset, undefined when there is none any more. Errors: KAFKA_UNREACHABLE. */
export async function readRecordBefore(
  address: KafkaAddress,
  place: { readonly topic: string; readonly partition: number; readonly offset: bigint },
): Promise<Buffer | undefined> {
  const { topic, partition, offset } = place;
  if (offset <= 0n) return undefined;
  const cluster = await openCluster(address);
  try {
    const broker = await partitionLeader(cluster, address, topic, partition);
    const fetchOffset = String(offset - 1n);
    const { responses } = await broker.fetch({
      replicaId: -1,
      isolationLevel: 1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: -1, fetchOffset, maxBytes: MAX_BYTES }] }],
    });
    const messages = responses[0]?.partitions[0]?.messages ?? [];
    return messages.findLast((message) => BigInt(message.offset) < offset)?.value ?? undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === OFFSET_OUT_OF_RANGE) return undefined;
    throw asKafkaError(address.brokers, error);
  } finally {
    await cluster.disconnect().catch(() => {});
  }
}

const OFFSET_OUT_OF_RANGE = 1;
