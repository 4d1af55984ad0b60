import type { ReplicationError } from '../runtime/errors.ts';
import { backoffMs, pause } from '../runtime/retry.ts';
import {
  asKafkaError,
  type Broker,
  type Cluster,
  type FetchedMessage,
  type KafkaAddress,
  openCluster,
  partitionLeader,
} from './cluster.ts';

export type FollowedRecord = {
  readonly key: string;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly offset: bigint;
};
export type FollowedPart = { readonly records: readonly FollowedRecord[]; readonly caughtUp: boolean };
export type FollowOptions = KafkaAddress & {
  readonly topic: string;
  readonly partition?: number;
  /** First offset that is asked for; absent, or no longer kept: the beginning. */
  readonly from?: bigint | undefined;
  /** Told every time the broker or the topic is away; the follower goes on by itself. */
  readonly onWait?: (error: ReplicationError) => void;
};

const EARLIEST = -2;
const OFFSET_OUT_OF_RANGE = 1;

/**
 * Reads one partition from its beginning and on for ever, without a consumer group: for compacted topics, whose last record of a key is the state.
 * Yields in offset order; a part with `caughtUp` ends at what was the end of the partition, and the first such part always comes, even for an empty topic.
 * After an outage it goes on where it was; a topic that was made anew is read from its beginning. Ends with the signal.
 */
export async function* followTopic(options: FollowOptions, signal: AbortSignal): AsyncGenerator<FollowedPart> {
  const partition = options.partition ?? 0;
  let next = options.from;
  let told = false;
  for (let attempt = 0; !signal.aborted; ) {
    let cluster: Cluster | undefined;
    try {
      cluster = await openCluster(options);
      const broker = await partitionLeader(cluster, options, options.topic, partition);
      for (;;) {
        next ??= await earliestOffset(broker, options.topic, partition);
        const part: FetchedPart = await fetchPart(broker, options.topic, partition, next);
        attempt = 0;
        next = part.next;
        if (signal.aborted) return;
        if (part.records.length > 0 || (part.caughtUp && !told)) {
          told = part.caughtUp;
          yield part;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isOutOfRange(error)) next = undefined;
      options.onWait?.(asKafkaError(options.brokers, error));
      await pause(backoffMs(attempt++, 2_000), signal);
    } finally {
      await cluster?.disconnect().catch(() => {});
    }
  }
}

type FetchedPart = FollowedPart & { readonly next: bigint };

/** One fetch from `from` on; an empty partition is waited for half a second. */
export async function fetchPart(
  broker: Broker,
  topic: string,
  partition: number,
  from: bigint,
  maxBytes = 1 << 22,
): Promise<FetchedPart> {
  const response = await broker.fetch({
    replicaId: -1,
    isolationLevel: 1,
    maxWaitTime: 500,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: -1, fetchOffset: from.toString(), maxBytes }] }],
  });
  const answer = response.responses[0]?.partitions[0];
  if (answer === undefined) return { records: [], caughtUp: false, next: from };
  const fresh = answer.messages.filter((message) => BigInt(message.offset) >= from);
  const last = fresh.at(-1);
  const next = last === undefined ? from : BigInt(last.offset) + 1n;
  const records = fresh.filter((message) => !message.isControlRecord).map(toRecord);
  return { records, caughtUp: next >= BigInt(answer.highWatermark), next };
}

function toRecord(message: FetchedMessage): FollowedRecord {
  return {
    key: message.key?.toString('utf8') ?? '',
    value: message.value,
    timestamp: Number(message.timestamp),
    offset: BigInt(message.offset),
  };
}

async function earliestOffset(broker: Broker, topic: string, partition: number): Promise<bigint> {
  const answer = await broker.listOffsets({
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ topic, partitions: [{ partition, timestamp: EARLIEST }] }],
  });
  return BigInt(answer.responses[0]?.partitions[0]?.offset ?? '0');
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === OFFSET_OUT_OF_RANGE;
}
