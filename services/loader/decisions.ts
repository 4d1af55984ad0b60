import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { type Decision, decisionKey, decisionSchema } from '../../shared/model/ddl-entry.ts';
import { type RowDecision, rowDecisionKey, rowDecisionSchema } from '../../shared/model/quarantine-entry.ts';
import { DECISIONS_TOPIC } from '../../topics/topics.ts';

const OF_ROW = /^[^/]*\/[^/]*\/rows\//;

/** Decisions of operators about statements and rows, as far as this process has heard them. */
export class Decisions {
  private readonly statements = new Map<string, Decision>();
  private readonly rows = new Map<string, RowDecision>();
  private readonly counts = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  ofStatement(pipelineUid: string, id: string): Decision | undefined {
    return this.statements.get(decisionKey(pipelineUid, id));
  }

  ofRow(pipelineUid: string, id: string): RowDecision | undefined {
    return this.rows.get(rowDecisionKey(pipelineUid, id));
  }

  /** How many were heard about a pipeline. */
  heard(pipelineUid: string): number {
    return this.counts.get(pipelineUid) ?? 0;
  }

  /** Calls `listener` after every new decision until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Follows the topic until the signal. A record that is not a decision is told in the log and does nothing. */
  async run(kafka: KafkaAddress, signal: AbortSignal): Promise<void> {
    for await (const { records } of followTopic({ ...kafka, topic: DECISIONS_TOPIC }, signal)) {
      for (const { key, value } of records) this.hear(key, value, kafka);
      for (const listener of this.listeners) listener();
    }
  }

  private hear(key: string, value: Buffer | null, { log }: KafkaAddress): void {
    const uid = key.split('/').slice(0, 2).join('/');
    this.counts.set(uid, this.heard(uid) + 1);
    const isOfRow = OF_ROW.test(key);
    if (value === null) {
      (isOfRow ? this.rows : this.statements).delete(key);
      return;
    }
    try {
      const content: unknown = JSON.parse(value.toString('utf8'));
      if (isOfRow) this.rows.set(key, rowDecisionSchema.parse(content));
      else this.statements.set(key, decisionSchema.parse(content));
    } catch {
      log.error({ topic: DECISIONS_TOPIC, key }, 'not a decision; decide again');
    }
  }
}
