import { setTimeout as delay } from 'node:timers/promises';
import { type Broker, type FetchedMessage, openCluster, partitionLeader } from '../shared/kafka/cluster.ts';
import { now, type Sighting } from './sightings.ts';
import { silentLog } from './silent-log.ts';

export type TopicLookOptions = {
  readonly broker: string;
  readonly topic: string;
  /** Looks for so long, then rests, since following every record would slow down what is measured. Absent: looks always. */
  readonly sample?: { readonly lookMs: number; readonly restMs: number };
};

const LATEST = -1;
const MAX_WAIT_MS = 100;
const MAX_BYTES = 1 << 20;

/** Notes when rows can be read from a topic of one partition, from the moment of the call until the signal. */
export async function lookAtTopic(options: TopicLookOptions, signal: AbortSignal): Promise<Sighting[]> {
  const { broker, topic, sample } = options;
  const address = { brokers: [broker], clientId: 'bench', log: silentLog };
  const cluster = await openCluster(address);
  const found: Sighting[] = [];
  try {
    const leader = await partitionLeader(cluster, address, topic, 0);
    while (!signal.aborted) {
      const until = sample === undefined ? Number.POSITIVE_INFINITY : performance.now() + sample.lookMs;
      let next = await endOf(leader, topic);
      while (!signal.aborted && performance.now() < until) {
        const messages = await fetchFrom(leader, topic, next);
        const seen = sightingOf(messages);
        if (seen !== undefined) found.push(seen);
        const last = messages.at(-1);
        if (last !== undefined) next = BigInt(last.offset) + 1n;
      }
      if (sample !== undefined) await delay(sample.restMs, undefined, { signal }).catch(() => {});
    }
    return found;
  } finally {
    await cluster.disconnect().catch(() => {});
  }
}

async function endOf(leader: Broker, topic: string): Promise<bigint> {
  const answer = await leader.listOffsets({
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ topic, partitions: [{ partition: 0, timestamp: LATEST }] }],
  });
  return BigInt(answer.responses[0]?.partitions[0]?.offset ?? '0');
}

/** Returns as soon as there is anything. */
async function fetchFrom(leader: Broker, topic: string, from: bigint): Promise<FetchedMessage[]> {
  const partition = { partition: 0, currentLeaderEpoch: -1, fetchOffset: from.toString(), maxBytes: MAX_BYTES };
  const response = await leader.fetch({
    replicaId: -1,
    isolationLevel: 1,
    maxWaitTime: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: MAX_BYTES,
    topics: [{ topic, partitions: [partition] }],
  });
  const messages = response.responses[0]?.partitions[0]?.messages ?? [];
  return messages.filter(({ offset }) => BigInt(offset) >= from);
}

/** Keys are JSON: `["bench","order_live",17]`, and `[]` of a heartbeat. Only the first and the last are read: keys rise by one. */
function sightingOf(messages: readonly FetchedMessage[]): Sighting | undefined {
  const at = now();
  const from = messages.find(isRow);
  const to = messages.findLast(isRow);
  return from && to ? { from: idOf(from), to: idOf(to), at } : undefined;
}

function isRow({ key }: FetchedMessage): boolean {
  return (key?.length ?? 0) > 2;
}

function idOf({ key }: FetchedMessage): number {
  return Number(/(\d+)"?\]$/.exec(key?.toString('utf8') ?? '')?.[1]);
}
