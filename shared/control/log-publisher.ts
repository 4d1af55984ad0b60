import { logTopicDefinition } from '../../topics/topics.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import type { KeyValue } from '../kafka/record-producer.ts';
import { firstPart, TopicWriter } from '../kafka/topic-writer.ts';
import type { LogRecord } from '../model/log-record.ts';

const EVERY_MS = 1_000;
const MOST_WAITING = 1_000;
const MOST_TEXT = 2_000;

/**
 * Brings log records to `lutra.log.<site>`, once a second. It never holds anything up: while Kafka is away the first 1,000 wait, the rest is dropped and
 * counted (`dropped`), and a record says so when Kafka is back.
 */
export class LogPublisher {
  /** Since the process started. */
  dropped = 0;
  private readonly writer: TopicWriter;
  private readonly who: Pick<LogRecord, 'site' | 'instance' | 'role'>;
  private readonly waiting: KeyValue[] = [];
  private untold = 0;
  private writing: Promise<void> | undefined;
  private readonly timer = setInterval(() => this.tick(), EVERY_MS);

  constructor(kafka: KafkaAddress, who: Pick<LogRecord, 'site' | 'instance' | 'role'>) {
    this.writer = new TopicWriter(kafka);
    this.who = who;
  }

  add(record: Omit<LogRecord, 'site' | 'instance' | 'role'>): void {
    if (this.waiting.length < MOST_WAITING) {
      this.wait({ ...record, message: record.message.slice(0, MOST_TEXT) });
      return;
    }
    this.dropped++;
    this.untold++;
  }

  /** Writes what waits; waits at most 3 s for Kafka. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writer.closeAfter(this.flush());
  }

  private async flush(): Promise<void> {
    await this.writing;
    this.tick();
    await this.writing;
  }

  private tick(): void {
    if (this.waiting.length === 0) return;
    this.writing ??= this.write()
      .catch(() => {})
      .finally(() => {
        this.writing = undefined;
      });
  }

  private async write(): Promise<void> {
    this.tellDropped();
    while (this.waiting.length > 0) {
      const part = firstPart(this.waiting);
      await this.writer.put(logTopicDefinition(this.who.site), part);
      this.waiting.splice(0, part.length);
    }
  }

  private tellDropped(): void {
    if (this.untold === 0) return;
    const message = `${this.untold} log records were dropped while Kafka was away; the log of the process itself has them`;
    this.wait({ at: Date.now(), level: 'warn', code: 'LOG_DROPPED', message });
    this.untold = 0;
  }

  private wait(record: Omit<LogRecord, 'site' | 'instance' | 'role'>): void {
    this.waiting.push({ key: this.who.instance, value: Buffer.from(JSON.stringify({ ...this.who, ...record })) });
  }
}
