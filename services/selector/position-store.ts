import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { openProducer, type RecordProducer } from '../../shared/kafka/record-producer.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { type SelectorPosition, selectorPositionSchema } from '../../shared/model/position.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

const SAVE_EVERY_MS = 100;

/** The last saved position of a source, or undefined before its first run. Waits for Kafka. Errors: RECORD_UNREADABLE. */
export async function loadPosition(
  kafka: KafkaAddress,
  topic: string,
  source: string,
  signal: AbortSignal,
  onWait: (error: ReplicationError) => void,
): Promise<SelectorPosition | undefined> {
  let found: Buffer | null = null;
  for await (const part of followTopic({ ...kafka, topic, onWait }, signal)) {
    for (const record of part.records) if (record.key === source) found = record.value;
    if (part.caughtUp) break;
  }
  if (found === null) return undefined;
  const parsed = selectorPositionSchema.safeParse(JSON.parse(found.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new ReplicationError(
    'RECORD_UNREADABLE',
    `the position of ${source} on the topic ${topic} is not one of ours`,
    `write the last good record of the key ${source} again, or a null value to start anew`,
  );
}

/**
 * Writes the positions of one source in order, at most every 100 ms; the last one always. A failure reaches `onFailure` once. Since `claim` no other
 * writer of the source can add one (PRODUCER_FENCED), so positions never go back.
 */
export class PositionWriter {
  private readonly producer: RecordProducer;
  private readonly topic: string;
  private readonly source: string;
  private readonly onFailure: (error: unknown) => void;
  private next: SelectorPosition | undefined;
  private writing: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private failure: unknown;

  constructor(kafka: KafkaAddress, place: { topic: string; source: string }, onFailure: (error: unknown) => void) {
    this.topic = place.topic;
    this.source = place.source;
    this.producer = openProducer(kafka, `${this.topic}/${this.source}`);
    this.onFailure = onFailure;
  }

  /** Shuts out everybody who wrote positions of the source before: what is loaded after this is the last that there will be. Errors: KAFKA_…. */
  async claim(): Promise<void> {
    const value = Buffer.from(JSON.stringify({ source: this.source, at: Date.now() }));
    await this.producer.put(this.topic, [{ key: JSON.stringify(['claim', this.source]), value }]);
  }

  /** Positions that Kafka has taken, and whether one is on its way. */
  saves = 0;
  get isSaving(): boolean {
    return this.writing !== undefined;
  }

  /** To be called only after the rows that the position covers are acknowledged. */
  save(position: SelectorPosition): void {
    this.next = position;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
  }

  /** Resolves when the last position is acknowledged, or has failed. */
  async flush(): Promise<void> {
    while (this.writing) {
      this.wake?.();
      await this.writing;
    }
  }

  /** Saves and resolves when it is acknowledged. Errors: what the write, or one before it, failed with. */
  async store(position: SelectorPosition): Promise<void> {
    this.save(position);
    await this.flush();
    if (this.failure !== undefined) throw this.failure;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.producer.close();
  }

  private async writeAll(): Promise<void> {
    try {
      for (let position = this.next; position; position = this.next) {
        this.next = undefined;
        await this.producer.put(this.topic, [{ key: position.source, value: Buffer.from(JSON.stringify(position)) }]);
        this.saves++;
        await this.interval();
      }
    } catch (error) {
      this.failure = error;
      this.onFailure(error);
    }
  }

  private interval(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SAVE_EVERY_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
