import { randomUUID } from 'node:crypto';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import { type AuditEntry, auditEntrySchema } from '../../shared/model/audit.ts';
import { AUDIT_TOPIC, compactedTopicDefinition } from '../../topics/topics.ts';
import { EntryBook } from './entry-book.ts';

const KEPT = 10_000;

/** What a person does. */
export type Deed = Pick<AuditEntry, 'by' | 'action' | 'what'> & Partial<Omit<AuditEntry, 'at' | 'outcome'>>;

/** Who changes something, and where that is noted. */
export type Noted = { readonly audit: AuditLog; readonly by: string };

/** What people changed, from `lutra.audit`; the newest 10,000 are at hand. */
export class AuditLog implements AsyncDisposable {
  private readonly writer: TopicWriter;
  private readonly book: EntryBook<AuditEntry>;

  constructor(kafka: KafkaAddress) {
    this.book = new EntryBook(kafka, [AUDIT_TOPIC], auditEntrySchema, KEPT);
    this.writer = new TopicWriter(kafka);
  }

  /** Follows the topic until the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.book.run(signal);
  }

  /** In no order. */
  all(): AuditEntry[] {
    return this.book.all();
  }

  /** Writes the deed as begun, does it, and writes its outcome; `rows` counts what it was about. Errors: KAFKA_…, and those of `work`. */
  record<T>(deed: Deed, work: () => Promise<T>, rows: (result: T) => number = () => deed.rows ?? 0): Promise<T> {
    return this.recordAll([deed], work, rows);
  }

  /** Several deeds that are done by one piece of work, or not. Errors: as `record`. */
  async recordAll<T>(
    deeds: readonly Deed[],
    work: () => Promise<T>,
    rows: (result: T) => number = () => 0,
  ): Promise<T> {
    const none = { before: {}, after: {}, transactions: 0, rows: 0 };
    const at = Date.now();
    const entries = deeds.map((deed): AuditEntry => ({ id: randomUUID(), at, ...none, ...deed, outcome: 'begun' }));
    await this.write(entries);
    try {
      const result = await work();
      await this.write(entries.map((entry) => ({ ...entry, rows: rows(result), outcome: 'done' })));
      return result;
    } catch (error) {
      await this.write(entries.map((entry) => ({ ...entry, outcome: 'failed' })));
      throw error;
    }
  }

  /** Resolves when Kafka has it. Errors: KAFKA_…. */
  private async write(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.writer.put(
      compactedTopicDefinition(AUDIT_TOPIC),
      entries.map((entry) => ({ key: entry.id, value: Buffer.from(JSON.stringify(entry)) })),
    );
    for (const entry of entries) this.book.keep(entry.id, entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}
