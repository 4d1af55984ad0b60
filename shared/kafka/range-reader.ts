import { asKafkaError, type Broker, type Cluster, type KafkaAddress, openCluster, partitionLeader } from './cluster.ts';
import { type FollowedRecord, fetchPart } from './topic-follower.ts';

/** Reads stretches of one topic without a consumer group, for those who look at what lies at an offset. Errors: KAFKA_UNREACHABLE. */
export class RangeReader implements AsyncDisposable {
  private readonly address: KafkaAddress;
  private readonly cluster: Cluster;
  private readonly topic: string;
  private readonly leaders = new Map<number, Promise<Broker>>();

  private constructor(address: KafkaAddress, cluster: Cluster, topic: string) {
    this.address = address;
    this.cluster = cluster;
    this.topic = topic;
  }

  static async open(address: KafkaAddress, topic: string): Promise<RangeReader> {
    return new RangeReader(address, await openCluster(address), topic);
  }

  /** The records from offset `from` up to and without `to`, in order, a fetch of at most `maxBytes` at a time. Ends early at the end of the partition. */
  async *read(partition: number, from: bigint, to: bigint, maxBytes = 4 << 20): AsyncGenerator<FollowedRecord> {
    for (let next = from; next < to; ) {
      const part = await this.fetch(partition, next, maxBytes);
      for (const record of part.records) {
        if (record.offset >= to) return;
        yield record;
      }
      if (part.next === next) return;
      next = part.next;
    }
  }

  private async fetch(partition: number, from: bigint, maxBytes: number) {
    try {
      return await fetchPart(await this.leader(partition), this.topic, partition, from, maxBytes);
    } catch (error) {
      throw asKafkaError(this.address.brokers, error);
    }
  }

  private leader(partition: number): Promise<Broker> {
    const known = this.leaders.get(partition);
    if (known !== undefined) return known;
    const found = partitionLeader(this.cluster, this.address, this.topic, partition);
    this.leaders.set(partition, found);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.disconnect().catch(() => {});
  }
}
