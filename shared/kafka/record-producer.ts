import { crc32c } from '@node-rs/crc32';
import { asReplicationError, ReplicationError } from '../runtime/errors.ts';
import { backoffMs } from '../runtime/retry.ts';
import {
  type Broker,
  type Cluster,
  Encoder,
  type KafkaAddress,
  kafkaUnreachable,
  openCluster,
  partitionLeader,
  produceResponse,
} from './cluster.ts';
import { RecordBuffer } from './record-buffer.ts';

export type KeyValue = { readonly key: string; readonly value: Buffer | null };

/**
 * Writes record batches, acknowledged by all in-sync replicas, in the order of the calls: one batch in flight.
 * A batch that fails is sent again with the same producer id and sequence, so the broker stores it once; when that does not help either the
 * producer is dead (every later call rejects) and the caller goes on from its last saved position with a new one.
 */
export type RecordProducer = {
  /** Sends one batch to one partition; resolves with its base offset (-1 when the broker had it already). Errors: KAFKA_UNREACHABLE, KAFKA_SEND_FAILED, PRODUCER_FENCED. */
  send(topic: string, partition: number, records: RecordBuffer): Promise<bigint>;
  /** Sends small records to partition 0. */
  put(topic: string, records: readonly KeyValue[]): Promise<void>;
  close(): Promise<void>;
};

const ATTEMPTS = 6;
const DUPLICATE_SEQUENCE = 46;
const RETRIABLE = new Set([3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 56, 74, 75, 76]);
const FENCED = new Set([47, 90]);
/** Kind of the coordinator that knows the names of fences. */
const TRANSACTION = 1;
const BATCH_HEAD = 61;

/**
 * `fence`: a name that one producer at a time may write under. Where the newest of that name has written to a partition, Kafka refuses every older one
 * there (PRODUCER_FENCED), however long that one stood still. It is Kafka's transactional id, used for this alone: no transaction is ever begun.
 */
export function openProducer(address: KafkaAddress, fence?: string): RecordProducer {
  return new IdempotentProducer(address, fence);
}

class IdempotentProducer implements RecordProducer {
  private readonly address: KafkaAddress;
  private readonly fence: string | undefined;
  private cluster: Cluster | undefined;
  private identity: { producerId: string; producerEpoch: number } | undefined;
  private readonly sequences = new Map<string, number>();
  private readonly leaders = new Map<string, Broker>();
  private tail: Promise<unknown> = Promise.resolve();
  private dead: ReplicationError | undefined;

  constructor(address: KafkaAddress, fence: string | undefined) {
    this.address = address;
    this.fence = fence;
  }

  send(topic: string, partition: number, records: RecordBuffer): Promise<bigint> {
    const sent = this.tail.then(() => this.sendNow(topic, partition, records));
    this.tail = sent.catch(() => {});
    return sent;
  }

  async put(topic: string, records: readonly KeyValue[]): Promise<void> {
    const buffer = new RecordBuffer(1 << 12);
    for (const { key, value } of records) {
      const bytes = Buffer.from(key);
      buffer.append(bytes, bytes.length, value, value?.length ?? 0);
    }
    await this.send(topic, 0, buffer);
  }

  async close(): Promise<void> {
    await this.tail;
    this.dead ??= new ReplicationError('KAFKA_SEND_FAILED', 'the producer is closed', 'open a new one');
    await this.cluster?.disconnect().catch(() => {});
  }

  private async sendNow(topic: string, partition: number, records: RecordBuffer): Promise<bigint> {
    if (this.dead) throw this.dead;
    const place = `${topic}/${partition}`;
    let last: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((wake) => setTimeout(wake, backoffMs(attempt, 2_000)));
      try {
        const broker = await this.leader(topic, partition, attempt > 0);
        const identity = await this.identify(broker);
        const sequence = this.sequences.get(place) ?? 0;
        const { errorCode, baseOffset } = await produce(broker, identity, sequence, topic, partition, records);
        if (errorCode === 0 || errorCode === DUPLICATE_SEQUENCE) {
          this.sequences.set(place, (sequence + records.count) % 2 ** 31);
          return errorCode === 0 ? baseOffset : -1n;
        }
        last = refused(errorCode, topic, partition, records);
        if (!RETRIABLE.has(errorCode)) break;
      } catch (error) {
        last = error;
      }
    }
    this.dead = last instanceof ReplicationError ? last : kafkaUnreachable(this.address.brokers, last);
    throw this.dead;
  }

  private async leader(topic: string, partition: number, refresh: boolean): Promise<Broker> {
    const place = `${topic}/${partition}`;
    if (refresh) {
      this.leaders.clear();
      await this.cluster?.refreshMetadata().catch(() => this.reconnect());
    }
    const known = this.leaders.get(place);
    if (known) return known;
    this.cluster ??= await openCluster(this.address);
    const broker = await partitionLeader(this.cluster, this.address, topic, partition);
    this.leaders.set(place, broker);
    return broker;
  }

  private async reconnect(): Promise<void> {
    await this.cluster?.disconnect().catch(() => {});
    this.cluster = undefined;
  }

  private async identify(broker: Broker): Promise<{ producerId: string; producerEpoch: number }> {
    this.identity ??= await this.initialise(broker);
    return this.identity;
  }

  private async initialise(broker: Broker): Promise<{ producerId: string; producerEpoch: number }> {
    const request = { transactionTimeout: 30_000 };
    if (this.fence === undefined) return broker.initProducerId(request);
    const coordinator = await this.cluster?.findGroupCoordinator({ groupId: this.fence, coordinatorType: TRANSACTION });
    return (coordinator ?? broker).initProducerId({ ...request, transactionalId: this.fence });
  }
}

/** Produce request v7 with one topic, one partition, one batch, acks -1. Source: Kafka protocol, Produce and Record Batch. */
async function produce(
  broker: Broker,
  identity: { producerId: string; producerEpoch: number },
  sequence: number,
  topic: string,
  partition: number,
  records: RecordBuffer,
): Promise<{ errorCode: number; baseOffset: bigint }> {
  const body = records.view();
  const head = batchHead(identity, sequence, records.count, body);
  const lead = requestHead(topic, partition, BATCH_HEAD + body.length);
  const response = (await broker.connectionPool.send({
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      expectResponse: () => true,
      encode: async () => {
        const encoder = new Encoder(lead.length + head.length + body.length);
        encoder.writeBufferInternal(lead);
        encoder.writeBufferInternal(head);
        encoder.writeBufferInternal(body);
        return encoder;
      },
    },
    response: { decode: produceResponse.decode, parse: async (data) => data },
  })) as { topics: { partitions: { partition: number; errorCode: number; baseOffset: string }[] }[] };
  const answer = response.topics[0]?.partitions[0];
  if (answer?.partition !== partition) throw asReplicationError(new Error(`no answer for ${topic}/${partition}`));
  return { errorCode: answer.errorCode, baseOffset: BigInt(answer.baseOffset) };
}

const MESSAGE_TOO_LARGE = 10;

function refused(errorCode: number, topic: string, partition: number, records: RecordBuffer): ReplicationError {
  const batch = `a batch of ${records.count} records (${records.size} bytes) for ${topic} partition ${partition}`;
  if (FENCED.has(errorCode)) {
    return new ReplicationError(
      'PRODUCER_FENCED',
      `another process writes ${topic} now, so Kafka did not take ${batch}`,
      'nothing to do: one process at a time writes a source, and this one stands by',
    );
  }
  if (errorCode === MESSAGE_TOO_LARGE) {
    return new ReplicationError(
      'RECORD_TOO_LARGE',
      `Kafka does not take ${batch}: it is larger than the topic allows`,
      `raise max.message.bytes of ${topic} at every site and message.max.bytes of the brokers above this size; nothing is lost meanwhile`,
    );
  }
  return new ReplicationError(
    'KAFKA_SEND_FAILED',
    `Kafka refused ${batch} with error ${errorCode}`,
    'look at the broker log; this process tries again by itself',
  );
}

function batchHead(
  identity: { producerId: string; producerEpoch: number },
  sequence: number,
  count: number,
  body: Buffer,
): Buffer {
  const now = BigInt(Date.now());
  const head = Buffer.alloc(BATCH_HEAD);
  head.writeInt32BE(BATCH_HEAD - 12 + body.length, 8);
  head.writeInt8(2, 16);
  head.writeInt32BE(count - 1, 23);
  head.writeBigInt64BE(now, 27);
  head.writeBigInt64BE(now, 35);
  head.writeBigInt64BE(BigInt(identity.producerId), 43);
  head.writeInt16BE(identity.producerEpoch, 51);
  head.writeInt32BE(sequence, 53);
  head.writeInt32BE(count, 57);
  head.writeUInt32BE(crc32c(body, crc32c(head.subarray(21))), 17);
  return head;
}

function requestHead(topic: string, partition: number, batchBytes: number): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(2 + 2 + 4 + 4 + 2 + name.length + 4 + 4 + 4);
  let at = head.writeInt16BE(-1, 0);
  at = head.writeInt16BE(-1, at);
  at = head.writeInt32BE(30_000, at);
  at = head.writeInt32BE(1, at);
  at = head.writeInt16BE(name.length, at);
  at += name.copy(head, at);
  at = head.writeInt32BE(1, at);
  at = head.writeInt32BE(partition, at);
  head.writeInt32BE(batchBytes, at);
  return head;
}
