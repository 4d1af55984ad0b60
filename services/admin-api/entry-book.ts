import type * as z from 'zod';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';

/** The newest record of each key of some compacted topics, as far as they can be read; of more than `most` keys those that came last. */
export class EntryBook<T> {
  private readonly kafka: KafkaAddress;
  private readonly topics: readonly string[];
  private readonly schema: z.ZodType<T>;
  private readonly most: number;
  private readonly entries = new Map<string, T>();
  private readonly unread: Set<string>;
  private readonly listeners = new Set<(entry: T) => void>();

  constructor(kafka: KafkaAddress, topics: readonly string[], schema: z.ZodType<T>, most = Number.POSITIVE_INFINITY) {
    this.kafka = kafka;
    this.topics = topics;
    this.schema = schema;
    this.most = most;
    this.unread = new Set(topics);
  }

  /** Follows the topics until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.topics.map((topic) => this.follow(topic, signal)));
  }

  /** Whether every topic has been read to its end once. */
  get isRead(): boolean {
    return this.unread.size === 0;
  }

  /** Told of every record that comes once its topic has been read, whoever wrote it. */
  onLive(listener: (entry: T) => void): void {
    this.listeners.add(listener);
  }

  all(): T[] {
    return [...this.entries.values()];
  }

  get(key: string): T | undefined {
    return this.entries.get(key);
  }

  /** A record that was just written; it comes again by its topic. */
  keep(key: string, entry: T): void {
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.most && oldest !== undefined) this.entries.delete(oldest);
  }

  /** A record that was just deleted. */
  drop(key: string): void {
    this.entries.delete(key);
  }

  private async follow(topic: string, signal: AbortSignal): Promise<void> {
    for await (const { records, caughtUp } of followTopic({ ...this.kafka, topic }, signal)) {
      for (const { key, value } of records) {
        const entry = value === null ? undefined : this.read(value);
        if (entry === undefined) this.entries.delete(key);
        else this.keep(key, entry);
        if (entry !== undefined && !this.unread.has(topic)) for (const listener of this.listeners) listener(entry);
      }
      if (caughtUp) this.unread.delete(topic);
    }
  }

  private read(value: Buffer): T | undefined {
    try {
      return this.schema.parse(JSON.parse(value.toString('utf8')));
    } catch {
      return undefined;
    }
  }
}
