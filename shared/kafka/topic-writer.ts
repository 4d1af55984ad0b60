import type { TopicDefinition } from '../../topics/topics.ts';
import type { KafkaAddress } from './cluster.ts';
import { type KeyValue, openProducer, type RecordProducer } from './record-producer.ts';
import { ensureTopic } from './topic-admin.ts';

const PART_BYTES = 500_000;
const LAST_WORDS_MS = 3_000;

/**
 * Writes small records to partition 0 of topics, for as long as a process lives; a producer that failed is dead, so the next write opens a new one.
 * A topic that is given by its definition is made when it is missing.
 */
export class TopicWriter {
  private readonly address: KafkaAddress;
  private readonly ensured = new Set<string>();
  private producer: RecordProducer | undefined;

  constructor(address: KafkaAddress) {
    this.address = address;
  }

  /** Resolves when all in-sync replicas have the records. Errors: KAFKA_UNREACHABLE, KAFKA_SEND_FAILED, those of `ensureTopic`. */
  async put(topic: TopicDefinition | string, records: readonly KeyValue[]): Promise<void> {
    const name = typeof topic === 'string' ? topic : topic.name;
    if (typeof topic !== 'string' && !this.ensured.has(name)) await ensureTopic(this.address, topic);
    this.ensured.add(name);
    this.producer ??= openProducer(this.address);
    try {
      await this.producer.put(name, records);
    } catch (error) {
      this.ensured.delete(name);
      await this.close();
      throw error;
    }
  }

  /** Waits at most 3 s for what is still to be written, then closes. */
  async closeAfter(lastWords: Promise<unknown>): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref());
    await Promise.race([lastWords.catch(() => {}), late]);
    await this.close();
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.close();
  }
}

/** The first of what waits: at least one record, and no more than a broker takes at once. */
export function firstPart<T extends KeyValue>(waiting: Iterable<T>): T[] {
  const part: T[] = [];
  let bytes = 0;
  for (const record of waiting) {
    bytes += record.key.length + (record.value?.length ?? 0);
    if (part.length > 0 && bytes > PART_BYTES) break;
    part.push(record);
  }
  return part;
}
