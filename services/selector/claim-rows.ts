import { AvroWriter } from '../../shared/codec/avro-writer.ts';
import { encodeHead, writeFrame, writeHead } from '../../shared/codec/envelope.ts';
import { emptyHead, type RecordHead, readHead, schemaIdOf } from '../../shared/codec/record-head.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { RangeReader } from '../../shared/kafka/range-reader.ts';
import { RecordBuffer } from '../../shared/kafka/record-buffer.ts';
import type { RecordProducer } from '../../shared/kafka/record-producer.ts';
import { readBounds } from '../../shared/kafka/topic-admin.ts';
import type { SelectorPosition } from '../../shared/model/position.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';

export type ClaimParts = {
  readonly kafka: KafkaAddress;
  readonly producer: RecordProducer;
  readonly topic: string;
  readonly heartbeatId: number;
  readonly saved: SelectorPosition;
};

const NO_KEY = Buffer.from('[]');
const NO_BODY = Buffer.alloc(0);

/**
 * Shuts every older run of the source out of the rows topic, by a heartbeat in each partition, and returns the serials of the last records that were ever
 * published under the saved epoch: those behind the saved position were published but not yet covered by it. Errors: KAFKA_….
 */
export async function claimRows(parts: ClaimParts): Promise<number[]> {
  const { kafka, topic, saved } = parts;
  const claims: bigint[] = [];
  for (const [partition, serial] of saved.serials.entries())
    claims.push(await claimPartition(parts, partition, serial));
  const bounds = await readBounds(kafka, topic);
  await using reader = await RangeReader.open(kafka, topic);
  const found: number[] = [];
  for (const [partition, serial] of saved.serials.entries()) {
    const before = (claims[partition] ?? 0n) - 1n;
    const low = bounds.find((each) => each.partition === partition)?.low ?? 0n;
    const last = before < low ? undefined : await headAt(reader, partition, before);
    const seen = last?.epoch === saved.epoch ? last.serial : serial;
    found.push(Math.max(serial, seen, saved.published?.[partition] ?? 0));
  }
  return found;
}

/** Undefined when no record of ours is there. */
async function headAt(reader: RangeReader, partition: number, offset: bigint): Promise<RecordHead | undefined> {
  for await (const { value } of reader.read(partition, offset, offset + 1n)) {
    const head = emptyHead();
    if (value !== null && schemaIdOf(value) !== undefined && readHead(value, { bytes: value, at: 0 }, head))
      return head;
  }
  return undefined;
}

/** Resolves to the offset of the heartbeat. It bears no time: up to which one the source has been read is not known yet. */
async function claimPartition(parts: ClaimParts, partition: number, serial: number): Promise<bigint> {
  const { producer, topic, heartbeatId, saved } = parts;
  const { epoch, transaction, log } = saved;
  const head = { epoch, transaction, committed: 0, gtid: '', file: log.file, position: log.position };
  const out = new AvroWriter(1 << 10);
  writeFrame(out, heartbeatId);
  const lastAt = writeHead(out, 'h', encodeHead(head, new AvroWriter(1 << 10)), 0, serial);
  out.bytes[lastAt] = 1;
  const buffer = new RecordBuffer(1 << 12);
  buffer.append(NO_KEY, NO_KEY.length, out.bytes, out.at, NO_BODY, NO_BODY.length);
  const offset = await producer.send(topic, partition, buffer);
  if (offset >= 0n) return offset;
  throw new ReplicationError(
    'KAFKA_SEND_FAILED',
    `Kafka took a record of ${topic} without saying where`,
    'nothing to do: the run begins again',
  );
}
