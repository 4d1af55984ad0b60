import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import {
  type QuarantineEntry,
  quarantineEntrySchema,
  type RowDecision,
  rowDecisionKey,
} from '../../shared/model/quarantine-entry.ts';
import { compactedTopicDefinition, DECISIONS_TOPIC, quarantineTopic } from '../../topics/topics.ts';
import { ApiError } from './api-error.ts';
import { EntryBook } from './entry-book.ts';

/** The rows in quarantine at all sites, as their loaders tell them, and the way to decide about those that are refused. */
export class QuarantineDesk implements AsyncDisposable {
  private readonly book: EntryBook<QuarantineEntry>;
  private readonly writer: TopicWriter;

  constructor(kafka: KafkaAddress, sites: Iterable<string>) {
    this.book = new EntryBook(kafka, [...sites].map(quarantineTopic), quarantineEntrySchema);
    this.writer = new TopicWriter(kafka);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.book.run(signal);
  }

  /** Rows of a channel's life in source order. */
  list(channelUid: string): QuarantineEntry[] {
    return this.book
      .all()
      .filter(({ uid }) => uid.startsWith(`${channelUid}/`))
      .toSorted((a, b) => compareIds(a.id, b.id));
  }

  /** Errors: ApiError 404. */
  find(pipelineUid: string, id: string): QuarantineEntry {
    const entry = this.book.all().find((each) => each.uid === pipelineUid && each.id === id);
    if (entry !== undefined) return entry;
    throw new ApiError(
      404,
      'ROW_UNKNOWN',
      `there is no row ${id} in the quarantine of this pipeline`,
      'list them: lutra quarantine list CHANNEL',
    );
  }

  /** Writes a decision about a refused row; its loader takes it up within a second or so. Errors: ApiError 404, 409 for a row that is not refused, KAFKA_…. */
  async decide(pipelineUid: string, id: string, decision: Omit<RowDecision, 'at'>): Promise<QuarantineEntry> {
    const entry = this.find(pipelineUid, id);
    if (entry.state !== 'refused') {
      throw new ApiError(
        409,
        'ROW_NOT_REFUSED',
        `the row ${id} is ${entry.state}`,
        entry.state === 'waiting'
          ? 'decide about the refused row of the same keys that stands before it; this one follows by itself'
          : 'nothing is to be decided',
      );
    }
    await this.write([entry], decision);
    return entry;
  }

  /** The same decision about every refused row of a pipeline, or of one table of it. Resolves to the rows. Errors: KAFKA_…. */
  async decideAll(
    pipelineUid: string,
    table: string | undefined,
    decision: Omit<RowDecision, 'at'>,
  ): Promise<QuarantineEntry[]> {
    const entries = this.book
      .all()
      .filter(({ uid, state }) => uid === pipelineUid && state === 'refused')
      .filter((entry) => table === undefined || entry.table === table);
    if (entries.length > 0) await this.write(entries, decision);
    return entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }

  private async write(entries: readonly QuarantineEntry[], decision: Omit<RowDecision, 'at'>): Promise<void> {
    const records = entries.map(({ uid, id, decision: before }) => {
      const at = Math.max(Date.now(), (before?.at ?? 0) + 1);
      return {
        key: rowDecisionKey(uid, id),
        value: Buffer.from(JSON.stringify({ ...decision, at } satisfies RowDecision)),
      };
    });
    for (let at = 0; at < records.length; at += PER_WRITE)
      await this.writer.put(compactedTopicDefinition(DECISIONS_TOPIC), records.slice(at, at + PER_WRITE));
  }
}

const PER_WRITE = 1_000;

/** `<epoch>-<transaction>-<ordinal>`, as numbers. */
function compareIds(a: string, b: string): number {
  const [as, bs] = [a.split('-').map(Number), b.split('-').map(Number)];
  const index = as.findIndex((part, at) => part !== bs[at]);
  return index < 0 ? 0 : (as[index] ?? 0) - (bs[index] ?? 0);
}
