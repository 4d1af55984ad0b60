import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { openProducer, type RecordProducer } from '../../../shared/kafka/record-producer.ts';
import type { DdlEntry } from '../../../shared/model/ddl-entry.ts';

/**
 * Tells the changes of DDL ledgers to the admin API. The ledger itself stands in the target; what Kafka does not take now is told again
 * with the next change, and a lane that starts tells its newest statements.
 */
export class DdlPublisher {
  private readonly kafka: KafkaAddress;
  private readonly topic: string;
  private readonly waiting = new Map<string, Buffer>();
  private producer: RecordProducer | undefined;
  private writing: Promise<void> | undefined;

  constructor(kafka: KafkaAddress, topic: string) {
    this.kafka = kafka;
    this.topic = topic;
  }

  readonly publish = (entry: DdlEntry): void => {
    this.waiting.set(`${entry.channel}/${entry.pipeline}/${entry.id}`, Buffer.from(JSON.stringify(entry)));
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  };

  async close(): Promise<void> {
    await this.writing;
    await this.producer?.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.size > 0) {
      const records = [...this.waiting].map(([key, value]) => ({ key, value }));
      try {
        this.producer ??= openProducer(this.kafka);
        await this.producer.put(this.topic, records);
      } catch (error) {
        this.kafka.log.warn(
          { err: error, topic: this.topic },
          'the DDL ledger could not be told; it is told with the next change',
        );
        await this.producer?.close();
        this.producer = undefined;
        return;
      }
      for (const { key, value } of records) if (this.waiting.get(key) === value) this.waiting.delete(key);
    }
  }
}
