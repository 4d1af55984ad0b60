import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import { type DdlEntry, type Decision, ddlEntrySchema, decisionKey } from '../../shared/model/ddl-entry.ts';
import { compactedTopicDefinition, DECISIONS_TOPIC, ddlTopic } from '../../topics/topics.ts';
import { ApiError } from './api-error.ts';
import { EntryBook } from './entry-book.ts';

/** The statements that the loaders of all sites met, as their ledgers tell them, and the way to decide about those that wait. */
export class DdlDesk implements AsyncDisposable {
  private readonly writer: TopicWriter;
  private readonly book: EntryBook<DdlEntry>;

  constructor(kafka: KafkaAddress, sites: Iterable<string>) {
    this.book = new EntryBook(kafka, [...sites].map(ddlTopic), ddlEntrySchema);
    this.writer = new TopicWriter(kafka);
  }

  /** Follows the ledgers of all sites until the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.book.run(signal);
  }

  /** Statements of a channel's life, newest first. */
  list(channelUid: string): DdlEntry[] {
    return this.book
      .all()
      .filter(({ uid }) => uid.startsWith(`${channelUid}/`))
      .toSorted((a, b) => b.committedAt - a.committedAt || (a.id < b.id ? 1 : -1));
  }

  /**
   * Writes a decision about a held statement; the loader that holds it takes it up within a second or so.
   * Errors: ApiError 404 for a statement that is not known, 409 for one that does not wait, KAFKA_….
   */
  async decide(pipelineUid: string, id: string, decision: Omit<Decision, 'at'>): Promise<DdlEntry> {
    const entry = this.book.all().find((each) => each.uid === pipelineUid && each.id === id);
    if (entry === undefined) {
      throw new ApiError(
        404,
        'STATEMENT_UNKNOWN',
        `there is no statement ${id} in this pipeline`,
        'list them: lutra ddl list CHANNEL',
      );
    }
    if (entry.state !== 'held') {
      const why = entry.reason === undefined ? '' : ` (${entry.reason.message})`;
      throw new ApiError(
        409,
        'STATEMENT_NOT_HELD',
        `the statement ${id} is ${entry.state}${why}`,
        entry.state === 'queued' ? 'decide about the statement that it waits for' : 'nothing is to be decided',
      );
    }
    const at = Math.max(Date.now(), (entry.decision?.at ?? 0) + 1);
    const value = Buffer.from(JSON.stringify({ ...decision, at } satisfies Decision));
    await this.writer.put(compactedTopicDefinition(DECISIONS_TOPIC), [{ key: decisionKey(pipelineUid, id), value }]);
    return entry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}
