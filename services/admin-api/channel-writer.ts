import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { type KeyValue, openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { compactedTopicDefinition } from '../../topics/topics.ts';

/** Writes control records to compacted topics, which it makes when they are missing; a producer that failed is dead, so the next write opens a new one. */
export class ChannelWriter {
  private readonly address: KafkaAddress;
  private producer: RecordProducer | undefined;
  private readonly ensured = new Set<string>();

  constructor(address: KafkaAddress) {
    this.address = address;
  }

  /** Resolves when all in-sync replicas have the records. Errors: KAFKA_UNREACHABLE, KAFKA_SEND_FAILED, those of `ensureTopic`. */
  async put(topic: string, records: readonly KeyValue[]): Promise<void> {
    if (!this.ensured.has(topic)) await ensureTopic(this.address, compactedTopicDefinition(topic));
    this.ensured.add(topic);
    this.producer ??= openProducer(this.address);
    try {
      await this.producer.put(topic, records);
    } catch (error) {
      this.ensured.delete(topic);
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.close();
  }
}
