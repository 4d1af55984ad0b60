import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { followTopic } from '../../../shared/kafka/topic-follower.ts';
import { TopicWriter } from '../../../shared/kafka/topic-writer.ts';
import { asReplicationError, ReplicationError } from '../../../shared/runtime/errors.ts';
import { compactedTopicDefinition, USERS_TOPIC } from '../../../topics/topics.ts';
import { makeTopic } from '../make-topic.ts';
import { AccessBook } from './access-book.ts';
import { type TokenRecord, tokenKey, type UserRecord, userKey } from './access-record.ts';

type Change =
  | { readonly user: UserRecord }
  | { readonly token: TokenRecord }
  | { readonly deletedUser: string }
  | { readonly deletedToken: string };

/** Users and tokens, kept on `lutra.users` of the control site. Reads come from memory and go on while Kafka is away; changes go to Kafka. */
export class AccessStore implements AsyncDisposable {
  private readonly options: KafkaAddress;
  private readonly writer: TopicWriter;
  private readonly known: AccessBook;
  private isComplete: boolean;
  private turn: Promise<unknown> = Promise.resolve();

  /** `known`: what is known without Kafka, for tests. */
  constructor(options: KafkaAddress, known?: AccessBook) {
    this.options = options;
    this.writer = new TopicWriter(options);
    this.known = known ?? new AccessBook();
    this.isComplete = known !== undefined;
  }

  /** Follows the topic until the signal; makes it first when it is missing. `onComplete` is told once, when everything has been read. */
  async run(signal: AbortSignal, onComplete: () => void = () => {}): Promise<void> {
    await makeTopic(this.options, USERS_TOPIC, signal);
    for await (const part of followTopic({ ...this.options, topic: USERS_TOPIC }, signal)) {
      for (const { key, value } of part.records) this.known.accept(key, value);
      if (!part.caughtUp || this.isComplete) continue;
      this.isComplete = true;
      onComplete();
    }
  }

  /** Errors: KAFKA_UNREACHABLE until the topic has been read once: until then nobody is known, and nobody gets in. */
  get book(): AccessBook {
    if (this.trouble !== undefined) throw this.trouble;
    return this.known;
  }

  /** Why nobody can be known, undefined when everything has been read. */
  get trouble(): ReplicationError | undefined {
    if (this.isComplete) return undefined;
    return new ReplicationError(
      'KAFKA_UNREACHABLE',
      'the users have not been read from Kafka yet',
      'try again in a few seconds; if it stays so, start the broker of the control site; the log of the admin API says more',
    );
  }

  /** Runs changes one after another, so that each decides on what the one before it wrote. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const done = this.turn.then(change);
    this.turn = done.catch(() => {});
    return done;
  }

  /** Resolves when Kafka has all of it and it counts here. Errors: KAFKA_…. */
  async write(changes: readonly Change[]): Promise<void> {
    const records = changes.map(recordOf);
    try {
      await this.writer.put(compactedTopicDefinition(USERS_TOPIC), records);
    } catch (error) {
      throw asReplicationError(error);
    }
    for (const { key, value } of records) this.known.accept(key, value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}

function recordOf(change: Change): { key: string; value: Buffer | null } {
  if ('user' in change) return { key: userKey(change.user.name), value: Buffer.from(JSON.stringify(change.user)) };
  if ('token' in change) return { key: tokenKey(change.token.id), value: Buffer.from(JSON.stringify(change.token)) };
  if ('deletedUser' in change) return { key: userKey(change.deletedUser), value: null };
  return { key: tokenKey(change.deletedToken), value: null };
}
