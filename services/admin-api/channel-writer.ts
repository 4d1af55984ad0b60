import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { type KeyValue, openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';

/** Writes control records; a producer that failed is dead, so the next write opens a new one. */
export class ChannelWriter {
  private readonly address: KafkaAddress;
  private producer: RecordProducer | undefined;

  constructor(address: KafkaAddress) {
    this.address = address;
  }

  /** Resolves when all in-sync replicas have the records. Errors: KAFKA_UNREACHABLE, KAFKA_SEND_FAILED. */
  async put(topic: string, records: readonly KeyValue[]): Promise<void> {
    this.producer ??= openProducer(this.address);
    try {
      await this.producer.put(topic, records);
    } catch (error) {
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
