import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { followTopic } from '../../../shared/kafka/topic-follower.ts';
import { type Decision, decisionSchema } from '../../../shared/model/ddl-entry.ts';
import { DECISIONS_TOPIC } from '../../../topics/topics.ts';

/** Decisions of operators, by `decisionKey`, as far as this process has heard them. */
export class Decisions {
  private readonly known = new Map<string, Decision>();
  private readonly listeners = new Set<() => void>();

  get(key: string): Decision | undefined {
    return this.known.get(key);
  }

  /** Calls `listener` after every new decision until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Follows the topic until the signal. A record that is not a decision is told in the log and does nothing. */
  async run(kafka: KafkaAddress, signal: AbortSignal): Promise<void> {
    for await (const { records } of followTopic({ ...kafka, topic: DECISIONS_TOPIC }, signal)) {
      for (const { key, value } of records) {
        if (value === null) this.known.delete(key);
        else this.hear(key, value, kafka);
      }
      for (const listener of this.listeners) listener();
    }
  }

  private hear(key: string, value: Buffer, { log }: KafkaAddress): void {
    try {
      this.known.set(key, decisionSchema.parse(JSON.parse(value.toString('utf8'))));
    } catch {
      log.error({ topic: DECISIONS_TOPIC, key }, 'not a decision about a statement; decide again');
    }
  }
}
