import { randomUUID } from 'node:crypto';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { type AuditEntry, auditEntrySchema } from '../../shared/model/audit.ts';
import { AUDIT_TOPIC, compactedTopicDefinition } from '../../topics/topics.ts';
import { ChannelWriter } from './channel-writer.ts';

const KEPT = 10_000;

/** What an operator does. */
export type Deed = Pick<AuditEntry, 'by' | 'action' | 'channel' | 'pipeline' | 'what' | 'rows'> &
  Partial<Pick<AuditEntry, 'id' | 'before' | 'after' | 'transactions'>>;

/** What operators did by hand, from `lutra.audit`; the newest 10,000 are at hand. */
export class AuditLog implements AsyncDisposable {
  private readonly kafka: KafkaAddress;
  private readonly writer: ChannelWriter;
  private readonly entries = new Map<string, AuditEntry>();

  constructor(kafka: KafkaAddress) {
    this.kafka = kafka;
    this.writer = new ChannelWriter(kafka);
  }

  /** Follows the topic until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const { records } of followTopic({ ...this.kafka, topic: AUDIT_TOPIC }, signal)) {
      for (const { value } of records) this.accept(value);
    }
  }

  /** The newest first. */
  list(limit: number): AuditEntry[] {
    return [...this.entries.values()].toSorted((a, b) => b.at - a.at).slice(0, limit);
  }

  /**
   * Writes the deed as begun, does it, and writes its outcome; `rows` counts what it was about. Errors: KAFKA_…, and those of `work`.
   */
  async record<T>(deed: Deed, work: () => Promise<T>, rows: (result: T) => number = () => deed.rows): Promise<T> {
    const none = { before: {}, after: {}, transactions: 0 };
    const entry: AuditEntry = { id: randomUUID(), at: Date.now(), ...none, ...deed, outcome: 'begun' };
    await this.write(entry);
    try {
      const result = await work();
      await this.write({ ...entry, rows: rows(result), outcome: 'done' });
      return result;
    } catch (error) {
      await this.write({ ...entry, outcome: 'failed' });
      throw error;
    }
  }

  /** Resolves when Kafka has it. Errors: KAFKA_…. */
  private async write(entry: AuditEntry): Promise<void> {
    await ensureTopic(this.kafka, compactedTopicDefinition(AUDIT_TOPIC));
    await this.writer.put(AUDIT_TOPIC, [{ key: entry.id, value: Buffer.from(JSON.stringify(entry)) }]);
    this.keep(entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }

  private accept(value: Buffer | null): void {
    try {
      this.keep(auditEntrySchema.parse(JSON.parse(value?.toString('utf8') ?? '')));
    } catch {
      // A record that is not ours is nobody's deed.
    }
  }

  private keep(entry: AuditEntry): void {
    this.entries.set(entry.id, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > KEPT && oldest !== undefined) this.entries.delete(oldest);
  }
}
