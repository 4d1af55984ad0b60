import { randomUUID } from 'node:crypto';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { type AuditEntry, auditEntrySchema } from '../../shared/model/audit.ts';
import { AUDIT_TOPIC } from '../../topics/topics.ts';
import { ChannelWriter } from './channel-writer.ts';
import { EntryBook } from './entry-book.ts';

const KEPT = 10_000;

/** What an operator does. */
export type Deed = Pick<AuditEntry, 'by' | 'action' | 'channel' | 'pipeline' | 'what' | 'rows'> &
  Partial<Pick<AuditEntry, 'id' | 'before' | 'after' | 'transactions'>>;

/** What operators did by hand, from `lutra.audit`; the newest 10,000 are at hand. */
export class AuditLog implements AsyncDisposable {
  private readonly writer: ChannelWriter;
  private readonly book: EntryBook<AuditEntry>;

  constructor(kafka: KafkaAddress) {
    this.book = new EntryBook(kafka, [AUDIT_TOPIC], auditEntrySchema, KEPT);
    this.writer = new ChannelWriter(kafka);
  }

  /** Follows the topic until the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.book.run(signal);
  }

  /** The newest first. */
  list(limit: number): AuditEntry[] {
    return this.book
      .all()
      .toSorted((a, b) => b.at - a.at)
      .slice(0, limit);
  }

  /** Writes the deed as begun, does it, and writes its outcome; `rows` counts what it was about. Errors: KAFKA_…, and those of `work`. */
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
    await this.writer.put(AUDIT_TOPIC, [{ key: entry.id, value: Buffer.from(JSON.stringify(entry)) }]);
    this.book.keep(entry.id, entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}
