import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import type { KeyValue } from '../../../shared/kafka/record-producer.ts';
import { firstPart, TopicWriter } from '../../../shared/kafka/topic-writer.ts';
import { HISTORY_STEPS, historyTopic, historyTopicDefinition, type TopicDefinition } from '../../../topics/topics.ts';
import { PipelineHistory, type StepRecord } from './pipeline-history.ts';

const EVERY_MS = 15_000;
/** About a day of 10 pipelines, or an hour of 250; older ones are dropped while Kafka is away, when little is applied. */
const MOST_WAITING = 15_000;

type Waiting = KeyValue & { readonly topic: string; readonly name: string };
type Parts = { readonly kafka: KafkaAddress; readonly site: string; readonly instance: string };

/**
 * Writes the history of all pipelines of a loader, so that the curves have no hole while the admin API is down: the current minute every 15 s, every
 * step when it ends. What Kafka does not take is written later.
 */
export class HistoryPublisher {
  private readonly parts: Parts;
  private readonly writer: TopicWriter;
  private readonly pipelines = new Map<string, PipelineHistory>();
  private readonly waiting = new Map<string, Waiting>();
  private writing: Promise<void> | undefined;
  private readonly timer = setInterval(() => this.tick(), EVERY_MS);

  constructor(parts: Parts) {
    this.parts = parts;
    this.writer = new TopicWriter(parts.kafka);
  }

  /** The history of a pipeline in this process, until it is forgotten. */
  of(uid: string): PipelineHistory {
    const known = this.pipelines.get(uid);
    if (known !== undefined) return known;
    const made = new PipelineHistory({ uid, part: `${this.parts.instance}@${Date.now()}` });
    this.pipelines.set(uid, made);
    return made;
  }

  /** The pipeline does not run here any more. */
  forget(uid: string): void {
    for (const record of this.pipelines.get(uid)?.takeAll() ?? []) this.wait(record);
    this.pipelines.delete(uid);
  }

  /** Writes everything; waits at most 3 s for Kafka. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writer.closeAfter(this.writeAll());
  }

  private async writeAll(): Promise<void> {
    await this.writing;
    for (const uid of this.pipelines.keys()) this.forget(uid);
    await this.write();
  }

  private tick(): void {
    for (const history of this.pipelines.values()) for (const record of history.take()) this.wait(record);
    this.writing ??= this.write()
      .catch(() => {})
      .finally(() => {
        this.writing = undefined;
      });
  }

  private wait({ step, record }: StepRecord): void {
    const topic = historyTopic(this.parts.site, step);
    const key = `${record.uid}/${record.part}/${record.at}`;
    const name = `${topic} ${key}`;
    this.waiting.set(name, { name, topic, key, value: Buffer.from(JSON.stringify(record)) });
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MOST_WAITING && oldest !== undefined) this.waiting.delete(oldest);
  }

  private async write(): Promise<void> {
    for (const step of HISTORY_STEPS) await this.writeTo(historyTopicDefinition(this.parts.site, step));
  }

  private async writeTo(topic: TopicDefinition): Promise<void> {
    for (;;) {
      const part = firstPart([...this.waiting.values()].filter((record) => record.topic === topic.name));
      if (part.length === 0) return;
      await this.writer.put(topic, part);
      for (const record of part) if (this.waiting.get(record.name) === record) this.waiting.delete(record.name);
    }
  }
}
