import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import { type StoredDatabase, storedDatabaseSchema } from '../../shared/model/database-document.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { compactedTopicDefinition, DATABASES_TOPIC } from '../../topics/topics.ts';
import { EntryBook } from './entry-book.ts';
import { makeTopic } from './make-topic.ts';

/** The databases with documents of their own, as `lutra.databases` holds them. Reads come from memory. */
export class DatabaseStore implements AsyncDisposable {
  private readonly options: KafkaAddress;
  private readonly writer: TopicWriter;
  private readonly book: EntryBook<StoredDatabase>;

  constructor(options: KafkaAddress) {
    this.options = options;
    this.writer = new TopicWriter(options);
    this.book = new EntryBook(options, [DATABASES_TOPIC], storedDatabaseSchema);
  }

  /** Follows the topic until the signal; makes it first when it is missing. */
  async run(signal: AbortSignal): Promise<void> {
    await makeTopic(this.options, DATABASES_TOPIC, signal);
    await this.book.run(signal);
  }

  /** Everything, by name. Errors: KAFKA_UNREACHABLE until the topic has been read once. */
  all(): ReadonlyMap<string, StoredDatabase> {
    if (this.trouble !== undefined) throw this.trouble;
    return new Map(this.book.all().map((database) => [database.name, database]));
  }

  /** Why the databases are not known, undefined when they are. */
  get trouble(): ReplicationError | undefined {
    if (this.book.isRead) return undefined;
    return new ReplicationError(
      'KAFKA_UNREACHABLE',
      `the databases have not been read from Kafka at ${this.options.brokers.join(',')} yet`,
      'try again in a few seconds; if it stays so, start the broker or mend LUTRA_KAFKA of the admin API',
    );
  }

  /** Resolves when Kafka has all of it and it counts here. Errors: KAFKA_…. */
  async write(changes: readonly (StoredDatabase | { readonly deleted: string })[]): Promise<void> {
    if (changes.length === 0) return;
    const records = changes.map((change) =>
      'deleted' in change
        ? { key: change.deleted, value: null }
        : { key: change.name, value: Buffer.from(JSON.stringify(change)) },
    );
    await this.writer.put(compactedTopicDefinition(DATABASES_TOPIC), records);
    for (const change of changes) {
      if ('deleted' in change) this.book.drop(change.deleted);
      else this.book.keep(change.name, change);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}
