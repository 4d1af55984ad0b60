import { logTopic, logTopicDefinition } from '../../topics/topics.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import { type KeyValue, openProducer, type RecordProducer } from '../kafka/record-producer.ts';
import { ensureTopic } from '../kafka/topic-admin.ts';
import type { LogRecord } from '../model/log-record.ts';

const EVERY_MS = 1_000;
const MOST_WAITING = 1_000;
const MOST_TEXT = 2_000;
const PART_BYTES = 500_000;

/**
 * Brings log records to `lutra.log.<site>`, once a second. It never holds anything up: while Kafka is away the first 1,000 wait, the rest is dropped and
 * counted (`dropped`), and a record says so when Kafka is back.
 */
export class LogPublisher {
  /** Since the process started. */
  dropped = 0;
  private readonly kafka: KafkaAddress;
  private readonly who: Pick<LogRecord, 'site' | 'instance' | 'role'>;
  private readonly waiting: LogRecord[] = [];
  private untold = 0;
  private producer: RecordProducer | undefined;
  private isEnsured = false;
  private writing: Promise<void> | undefined;
  private readonly timer = setInterval(() => this.tick(), EVERY_MS);

  constructor(kafka: KafkaAddress, who: Pick<LogRecord, 'site' | 'instance' | 'role'>) {
    this.kafka = kafka;
    this.who = who;
  }

  add(record: Omit<LogRecord, 'site' | 'instance' | 'role'>): void {
    if (this.waiting.length < MOST_WAITING) {
      this.waiting.push({ ...this.who, ...record, message: record.message.slice(0, MOST_TEXT) });
      return;
    }
    this.dropped++;
    this.untold++;
  }

  /** Writes what waits; waits at most 3 s for Kafka. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.race([this.flush(), new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    await this.producer?.close();
  }

  private async flush(): Promise<void> {
    await this.writing;
    this.tick();
    await this.writing;
  }

  private tick(): void {
    if (this.waiting.length === 0) return;
    this.writing ??= this.write()
      .catch(() => this.fail())
      .finally(() => {
        this.writing = undefined;
      });
  }

  private async write(): Promise<void> {
    const topic = logTopic(this.who.site);
    if (!this.isEnsured) await ensureTopic(this.kafka, logTopicDefinition(this.who.site));
    this.isEnsured = true;
    this.tellDropped();
    while (this.waiting.length > 0) {
      const part = firstOf(this.waiting, this.who.instance);
      this.producer ??= openProducer(this.kafka);
      await this.producer.put(topic, part);
      this.waiting.splice(0, part.length);
    }
  }

  private tellDropped(): void {
    if (this.untold === 0) return;
    const message = `${this.untold} log records were dropped while Kafka was away; the log of the process itself has them`;
    this.waiting.push({ ...this.who, at: Date.now(), level: 'warn', code: 'LOG_DROPPED', message });
    this.untold = 0;
  }

  private async fail(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    this.isEnsured = false;
    await producer?.close();
  }
}

/** As many of the oldest as a broker takes at once. */
function firstOf(waiting: readonly LogRecord[], key: string): KeyValue[] {
  const part: KeyValue[] = [];
  let bytes = 0;
  for (const record of waiting) {
    const value = Buffer.from(JSON.stringify(record));
    bytes += value.length;
    if (part.length > 0 && bytes > PART_BYTES) break;
    part.push({ key, value });
  }
  return part;
}
