import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { TopicWriter } from '../../shared/kafka/topic-writer.ts';
import { type Channel, channelSchema } from '../../shared/model/channel.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import { CHANNELS_TOPIC, compactedTopicDefinition } from '../../topics/topics.ts';
import { makeTopic } from './make-topic.ts';

type Waiter = { readonly key: string; readonly value: Buffer | null; readonly resolve: () => void };

const SEEN_WITHIN_MS = 10_000;
/** The follower says nothing when Kafka is back and no channel changes; it tells a failure again at least this often. */
const OUTAGE_FRESH_MS = 5_000;

/**
 * The channels as `lutra.channels` holds them. Reads come from memory, writes go to Kafka and are visible here when they resolve.
 * Survives an outage of Kafka: reads then answer what was last seen, writes are refused.
 */
export class ChannelStore implements AsyncDisposable {
  private readonly options: KafkaAddress;
  private readonly writer: TopicWriter;
  private readonly channels = new Map<string, Channel>();
  private readonly waiters = new Set<Waiter>();
  private isComplete = false;
  private outage: { error: ReplicationError; at: number } | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  /** Revisions of the channels that were there when the topic had been read for the first time. */
  found: ReadonlyMap<string, number> = new Map();
  /** Records on the topic that are no channels: key -> why. */
  readonly strangers = new Map<string, string>();

  constructor(options: KafkaAddress) {
    this.options = options;
    this.writer = new TopicWriter(options);
  }

  /** Follows the topic until the signal; makes it first when it is missing. */
  async run(signal: AbortSignal): Promise<void> {
    await makeTopic(this.options, CHANNELS_TOPIC, signal, (error) => this.wait(error));
    const options = {
      ...this.options,
      topic: CHANNELS_TOPIC,
      onWait: (error: ReplicationError) => this.wait(error),
    };
    for await (const part of followTopic(options, signal)) {
      this.outage = undefined;
      for (const record of part.records) this.accept(record.key, record.value);
      if (part.caughtUp && !this.isComplete) this.complete();
    }
  }

  private complete(): void {
    this.isComplete = true;
    this.found = new Map(Array.from(this.channels.values(), ({ name, revision }) => [name, revision]));
  }

  /** Everything, by name. Errors: KAFKA_UNREACHABLE until the topic has been read once. */
  all(): ReadonlyMap<string, Channel> {
    if (this.isComplete) return this.channels;
    throw this.outage?.error ?? notReadYet(this.options.brokers);
  }

  /** Why Kafka is away, undefined while it answers. */
  get trouble(): ReplicationError | undefined {
    if (!this.isComplete) return this.outage?.error ?? notReadYet(this.options.brokers);
    return this.outage !== undefined && Date.now() - this.outage.at < OUTAGE_FRESH_MS ? this.outage.error : undefined;
  }

  /** Runs changes one after another, so that each decides on what the one before it wrote. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.turn.then(change);
    this.turn = done.catch(() => {});
    return done;
  }

  /**
   * Writes channels and tombstones; resolves when Kafka has acknowledged them and this view shows them.
   * Errors: KAFKA_UNREACHABLE, KAFKA_SEND_FAILED; then the write may still appear.
   */
  async write(changes: readonly (Channel | { readonly deleted: string })[]): Promise<void> {
    if (this.trouble !== undefined) throw this.trouble;
    const records = changes.map((change) =>
      'deleted' in change
        ? { key: change.deleted, value: null }
        : { key: change.name, value: Buffer.from(JSON.stringify(change)) },
    );
    const seen = records.map((record) => this.seen(record));
    try {
      await this.writer.put(compactedTopicDefinition(CHANNELS_TOPIC), records);
      await within(SEEN_WITHIN_MS, Promise.all(seen.map((each) => each.promise)), this.options.brokers);
    } finally {
      for (const each of seen) this.waiters.delete(each.waiter);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }

  private seen({ key, value }: { key: string; value: Buffer | null }): { promise: Promise<void>; waiter: Waiter } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { key, value, resolve };
    this.waiters.add(waiter);
    return { promise, waiter };
  }

  private accept(key: string, value: Buffer | null): void {
    this.strangers.delete(key);
    if (value === null) this.channels.delete(key);
    else this.acceptChannel(key, value);
    for (const waiter of this.waiters) {
      if (waiter.key === key && (value === null ? waiter.value === null : waiter.value?.equals(value)))
        waiter.resolve();
    }
  }

  private acceptChannel(key: string, value: Buffer): void {
    try {
      const channel = channelSchema.parse(JSON.parse(value.toString('utf8')));
      if (channel.name !== key) throw new Error(`it names the channel ${channel.name}`);
      this.channels.set(key, channel);
    } catch (error) {
      const why =
        error instanceof SyntaxError
          ? 'it is not JSON'
          : error instanceof Error && error.name !== 'ZodError'
            ? error.message
            : 'it is not a channel document';
      this.strangers.set(key, why);
      this.options.log.warn({ topic: CHANNELS_TOPIC, key, why }, 'a record on the topic is not ours, it is left alone');
    }
  }

  private wait(error: ReplicationError): void {
    const { code, message: why, remedy } = error;
    if (this.outage === undefined) this.options.log.warn({ code, why, remedy }, 'waiting for Kafka');
    this.outage = { error, at: Date.now() };
  }
}

async function within(ms: number, work: Promise<unknown>, brokers: readonly string[]): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(notSeen(brokers)), ms);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function notSeen(brokers: readonly string[]): ReplicationError {
  return new ReplicationError(
    'KAFKA_UNREACHABLE',
    `Kafka at ${brokers.join(',')} took the change but did not show it again within ${SEEN_WITHIN_MS / 1000} s`,
    'look whether the change is there (lutra get channels) and repeat it if not; repeating is harmless',
  );
}

function notReadYet(brokers: readonly string[]): ReplicationError {
  return new ReplicationError(
    'KAFKA_UNREACHABLE',
    `the channels have not been read from Kafka at ${brokers.join(',')} yet`,
    'try again in a few seconds; if it stays so, start the broker or mend LUTRA_KAFKA of the admin API',
  );
}
