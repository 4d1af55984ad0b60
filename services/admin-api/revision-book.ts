import * as z from 'zod';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import type { Channel } from '../../shared/model/channel.ts';
import { documentOf } from '../../shared/model/written-document.ts';
import { compactedTopicDefinition, REVISIONS_TOPIC } from '../../topics/topics.ts';
import { documentYaml } from './document-yaml.ts';
import { EntryBook } from './entry-book.ts';

/** Revisions of a channel that are kept. */
export const KEPT_REVISIONS = 50;

const revisionRecordSchema = z.object({
  uid: z.string(),
  revision: z.int(),
  at: z.number(),
  by: z.string(),
  changed: z.array(z.string()),
  note: z.string().optional(),
  /** The document as YAML. */
  text: z.string(),
});
export type RevisionRecord = z.infer<typeof revisionRecordSchema>;
export type ChangeMark = { readonly by: string; readonly note?: string | undefined };

/** The newest 50 documents of every channel, as `lutra.revisions` holds them. */
export class RevisionBook implements AsyncDisposable {
  private readonly writer: TopicWriter;
  private readonly book: EntryBook<RevisionRecord>;

  constructor(kafka: KafkaAddress) {
    this.book = new EntryBook(kafka, [REVISIONS_TOPIC], revisionRecordSchema);
    this.writer = new TopicWriter(kafka);
  }

  /** Follows the topic until the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.book.run(signal);
  }

  /** Those of a channel's life, the newest first. One that was noted and never came to be is left out. */
  list({ uid, revision }: Pick<Channel, 'uid' | 'revision'>): RevisionRecord[] {
    const newest = Array.from({ length: Math.min(KEPT_REVISIONS, revision) }, (_, back) => revision - back);
    return newest.flatMap((each) => this.book.get(keyOf(uid, each)) ?? []);
  }

  /** Notes changes that are about to be written. Resolves when Kafka has them. Errors: KAFKA_…. */
  async note(
    changes: readonly { readonly channel: Channel; readonly changed: readonly string[] }[],
    { by, note }: ChangeMark,
  ): Promise<void> {
    const records = changes.map(({ channel, changed }) => ({
      uid: channel.uid,
      revision: channel.revision,
      at: channel.updatedAt,
      by,
      changed: [...changed],
      ...(note === undefined ? {} : { note }),
      text: documentYaml(documentOf(channel)),
    }));
    await this.put(records);
    await this.forget(
      records
        .filter(({ revision }) => revision > KEPT_REVISIONS)
        .map(({ uid, revision }) => keyOf(uid, revision - KEPT_REVISIONS)),
    );
  }

  /** Takes away what is kept of a channel that is deleted. */
  async remove(channel: Pick<Channel, 'uid' | 'revision'>): Promise<void> {
    await this.forget(this.list(channel).map(({ uid, revision }) => keyOf(uid, revision)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }

  private async put(records: readonly RevisionRecord[]): Promise<void> {
    if (records.length === 0) return;
    const entries = records.map((record) => ({ key: keyOf(record.uid, record.revision), record }));
    await this.writer.put(
      compactedTopicDefinition(REVISIONS_TOPIC),
      entries.map(({ key, record }) => ({ key, value: Buffer.from(JSON.stringify(record)) })),
    );
    for (const { key, record } of entries) this.book.keep(key, record);
  }

  private async forget(keys: readonly string[]): Promise<void> {
    const known = keys.filter((key) => this.book.get(key) !== undefined);
    if (known.length === 0) return;
    await this.writer.put(
      compactedTopicDefinition(REVISIONS_TOPIC),
      known.map((key) => ({ key, value: null })),
    );
    for (const key of known) this.book.drop(key);
  }
}

function keyOf(uid: string, revision: number): string {
  return `${uid}/${revision}`;
}
