import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { type KeyValue, openProducer, type RecordProducer } from '../../../shared/kafka/record-producer.ts';
import { ensureTopic } from '../../../shared/kafka/topic-admin.ts';
import { HISTORY_STEPS, historyTopic, historyTopicDefinition } from '../../../topics/topics.ts';
import { PipelineHistory, type StepRecord } from './pipeline-history.ts';

const EVERY_MS = 15_000;
/** About a day of 10 pipelines, or an hour of 250; older ones are dropped while Kafka is away, when little is applied. */
const MOST_WAITING = 15_000;
const PART_BYTES = 500_000;

type Waiting = KeyValue & { readonly topic: string };
type Parts = { readonly kafka: KafkaAddress; readonly site: string; readonly instance: string };

/**
 * Writes the history of all pipelines of a loader, so that the curves have no hole while the admin API is down: the current minute every 15 s, every
 * step when it ends. What Kafka does not take is written later.
 */
export class HistoryPublisher {
  private readonly parts: Parts;
  private readonly pipelines = new Map<string, PipelineHistory>();
  private readonly waiting = new Map<string, Waiting>();
  private producer: RecordProducer | undefined;
  private isEnsured = false;
  private writing: Promise<void> | undefined;
  private readonly timer = setInterval(() => this.tick(), EVERY_MS);

  constructor(parts: Parts) {
    this.parts = parts;
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
    const ended = (async () => {
      await this.writing;
      for (const uid of this.pipelines.keys()) this.forget(uid);
      await this.write().catch(() => {});
    })();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    await this.producer?.close();
  }

  private tick(): void {
    for (const history of this.pipelines.values()) for (const record of history.take()) this.wait(record);
    this.writing ??= this.write()
      .catch(() => this.fail())
      .finally(() => {
        this.writing = undefined;
      });
  }

  private wait({ step, record }: StepRecord): void {
    const topic = historyTopic(this.parts.site, step);
    const key = `${record.uid}/${record.part}/${record.at}`;
    this.waiting.set(`${topic} ${key}`, { topic, key, value: Buffer.from(JSON.stringify(record)) });
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MOST_WAITING && oldest !== undefined) this.waiting.delete(oldest);
  }

  private async write(): Promise<void> {
    const { kafka, site } = this.parts;
    if (this.waiting.size === 0) return;
    if (!this.isEnsured) for (const step of HISTORY_STEPS) await ensureTopic(kafka, historyTopicDefinition(site, step));
    this.isEnsured = true;
    for (const step of HISTORY_STEPS) await this.writeTopic(historyTopic(site, step));
  }

  private async writeTopic(topic: string): Promise<void> {
    const waiting = [...this.waiting].filter(([, record]) => record.topic === topic);
    for (const part of inParts(waiting)) {
      this.producer ??= openProducer(this.parts.kafka);
      const records = part.map(([, { key, value }]) => ({ key, value }));
      await this.producer.put(topic, records);
      for (const [name, record] of part) if (this.waiting.get(name) === record) this.waiting.delete(name);
    }
  }

  private async fail(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    this.isEnsured = false;
    await producer?.close();
  }
}

/** Parts that a broker takes at once. */
function inParts(waiting: readonly [string, Waiting][]): [string, Waiting][][] {
  const parts: [string, Waiting][][] = [];
  let bytes = PART_BYTES;
  for (const each of waiting) {
    const size = each[1].value?.length ?? 0;
    if (bytes + size > PART_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(each);
  }
  return parts;
}
