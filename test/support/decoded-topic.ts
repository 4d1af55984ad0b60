import avro from 'avsc';
import { openRegistry } from '../../shared/codec/schema-registry.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { createLogger } from '../../shared/runtime/log.ts';

/** A record of a rows topic as any other consumer would read it: with a stock Avro library and the registry. */
export type DecodedRecord = {
  readonly key: unknown[];
  readonly op: string;
  readonly source: { epoch: bigint; transaction: bigint; ordinal: bigint; serial: bigint; last: boolean; gtid: string };
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly sql?: string;
};

/** 64-bit numbers as bigint: avsc's own long stops at 2^53. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (n: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(n);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (n: unknown) => typeof n === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** Reads a topic from its beginning until `enough` says so; what bears no serial of its own is left out. Rejects after the deadline. */
export async function readRecords(
  place: { kafka: string; registry: string; topic: string },
  enough: (records: readonly DecodedRecord[]) => boolean,
  deadlineMs = 30_000,
): Promise<DecodedRecord[]> {
  const registry = openRegistry(place.registry);
  const types = new Map<number, avro.Type>();
  const log = createLogger('test', 'silent');
  const signal = AbortSignal.timeout(deadlineMs);
  const found: DecodedRecord[] = [];
  const options = { brokers: [place.kafka], clientId: 'test-reader', log, topic: place.topic };
  for await (const part of followTopic(options, signal)) {
    for (const { key, value } of part.records) {
      if (value === null) continue;
      const id = value.readUInt32BE(1);
      const type =
        types.get(id) ?? avro.Type.forSchema((await registry.schemaById(id)) as avro.Schema, { registry: { long } });
      types.set(id, type);
      const record = type.fromBuffer(value.subarray(5)) as Omit<DecodedRecord, 'key'>;
      if (record.op !== 'h' && record.op !== 'e') found.push({ ...record, key: JSON.parse(key) as unknown[] });
    }
    if (enough(found)) return found;
  }
  throw new Error(`after ${deadlineMs} ms ${place.topic} held ${found.length} records, which were not enough`);
}
