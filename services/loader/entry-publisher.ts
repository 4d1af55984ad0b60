import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';

const MAX_BYTES = 500_000;

/**
 * Tells the admin API what stands in the target, on a compacted topic. What Kafka does not take now is told again with the next change,
 * and a lane that starts tells what it finds.
 */
export class EntryPublisher {
  private readonly kafka: KafkaAddress;
  private readonly topic: string;
  private readonly waiting = new Map<string, Buffer | null>();
  private producer: RecordProducer | undefined;
  private writing: Promise<void> | undefined;

  constructor(kafka: KafkaAddress, topic: string) {
    this.kafka = kafka;
    this.topic = topic;
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
    await this.producer?.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.size > 0) {
      const records = this.nextRecords();
      try {
        this.producer ??= openProducer(this.kafka);
        await this.producer.put(this.topic, records);
      } catch (error) {
        this.kafka.log.warn(
          { err: error, topic: this.topic },
          'entries for the admin API could not be told; they are told with the next change',
        );
        await this.producer?.close();
        this.producer = undefined;
        return;
      }
      for (const { key, value } of records) if (this.waiting.get(key) === value) this.waiting.delete(key);
    }
  }

  /** At least one, and no more than a broker takes at once. */
  private nextRecords(): { key: string; value: Buffer | null }[] {
    const records: { key: string; value: Buffer | null }[] = [];
    let bytes = 0;
    for (const [key, value] of this.waiting) {
      bytes += key.length + (value?.length ?? 0);
      if (records.length > 0 && bytes > MAX_BYTES) break;
      records.push({ key, value });
    }
    return records;
  }
}
