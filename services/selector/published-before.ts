import { emptyHead, readHead, schemaIdOf } from '../../shared/codec/record-head.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { RangeReader } from '../../shared/kafka/range-reader.ts';
import { readBounds } from '../../shared/kafka/topic-admin.ts';

/** How many records from the end are looked at. */
const REACH = 100n;

/**
 * Where to go on numbering in a rows topic that holds records although no position tells of them (somebody removed it): the epoch of the last record, and
 * one serial more than each partition's last. The number that is left out shows as a gap to every loader that followed: what the source wrote meanwhile is not known.
 * Undefined when the topic holds nothing. Errors: KAFKA_UNREACHABLE.
 */
export async function publishedBefore(
  kafka: KafkaAddress,
  topic: string,
): Promise<{ epoch: number; serials: number[] } | undefined> {
  const bounds = await readBounds(kafka, topic);
  if (bounds.every(({ low, high }) => low === high)) return undefined;
  await using reader = await RangeReader.open(kafka, topic);
  const serials: number[] = [];
  let epoch = 0;
  for (const { partition, low, high } of bounds) {
    const from = high - REACH > low ? high - REACH : low;
    const head = emptyHead();
    for await (const { value } of reader.read(partition, from, high)) {
      if (value !== null && schemaIdOf(value) !== undefined) readHead(value, { bytes: value, at: 0 }, head);
    }
    epoch = Math.max(epoch, head.epoch);
    serials[partition] = head.serial + 1;
  }
  return { epoch, serials };
}
