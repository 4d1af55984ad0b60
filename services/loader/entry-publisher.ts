import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { firstPart, TopicWriter } from '../../shared/kafka/topic-writer.ts';

/**
 * Tells the admin API what stands in the target, on a compacted topic. What Kafka does not take now is told again with the next change,
 * and a lane that starts tells what it finds.
 */
export class EntryPublisher {
  private readonly kafka: KafkaAddress;
  private readonly topic: string;
  private readonly waiting = new Map<string, Buffer | null>();
  private readonly writer: TopicWriter;
  private writing: Promise<void> | undefined;

  constructor(kafka: KafkaAddress, topic: string) {
    this.kafka = kafka;
    this.topic = topic;
    this.writer = new TopicWriter(kafka);
  }

  /** `entry` undefined: there is none any more. */
  publish(key: string, entry: object | undefined): void {
    this.waiting.set(key, entry === undefined ? null : Buffer.from(JSON.stringify(entry)));
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  /** Resolves to whether Kafka has taken everything so far. */
  async flush(): Promise<boolean> {
    await this.writing;
    return this.waiting.size === 0;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.writer.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.size > 0) {
      const records = firstPart([...this.waiting].map(([key, value]) => ({ key, value })));
      try {
        await this.writer.put(this.topic, records);
      } catch (error) {
        this.kafka.log.warn(
          { err: error, topic: this.topic },
          'entries for the admin API could not be told; they are told with the next change',
        );
        return;
      }
      for (const { key, value } of records) if (this.waiting.get(key) === value) this.waiting.delete(key);
    }
  }
}
