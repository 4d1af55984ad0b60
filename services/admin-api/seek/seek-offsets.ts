import {
  firstWhere,
  logOf,
  readStream,
  type StreamRecord,
  transactionBegin,
} from '../../../shared/control/stream-reader.ts';
import type { GroupPlace } from '../../../shared/kafka/group-offsets.ts';
import type { RangeReader } from '../../../shared/kafka/range-reader.ts';
import { ApiError } from '../api-error.ts';
import type { Concern } from './concern.ts';
import type { Move } from './preview.ts';
import type { SeekTarget } from './seek-schemas.ts';
import { stepOver } from './transaction-steps.ts';

/** `from`: the committed offset; `at`: the nearest one that the topic holds. */
export type Stand = GroupPlace & { readonly from: bigint; readonly at: bigint };
/** A place in a partition. */
export type Found = { readonly stand: Stand; readonly offset: bigint };

const GTID_REACH = 1_000_000n;

/** The moves to what was asked, each to the beginning of a transaction; `notes` say where that is not what was asked. Errors: ApiError 422. */
export async function findMoves(
  reader: RangeReader,
  stands: readonly Stand[],
  target: SeekTarget,
  concern: Concern,
): Promise<{ moves: Move[]; notes: string[] }> {
  const notes: string[] = [];
  const moves: Move[] = [];
  for (const { stand, offset } of await findOffsets(reader, stands, { target, concern }, notes)) {
    const to = await transactionBegin(reader, stand, offset);
    if (to !== offset) {
      notes.push(
        `offset ${offset} of partition ${stand.partition} lies inside a transaction of the source: moved to its beginning, ${to}`,
      );
    }
    const { partition, from, at } = stand;
    if (at !== from)
      notes.push(
        `partition ${partition} does not hold the offset ${from}, at which the pipeline stands; the nearest is ${at}, and what is gone is not counted`,
      );
    moves.push({ partition, from, at, to });
  }
  return { moves, notes };
}

async function findOffsets(
  reader: RangeReader,
  stands: readonly Stand[],
  { target, concern }: { readonly target: SeekTarget; readonly concern: Concern },
  notes: string[],
): Promise<Found[]> {
  if ('offset' in target) return [exactOffset(stands, target)];
  if ('shiftBy' in target) return shifted(chosen(stands, target.partition), BigInt(target.shiftBy), notes);
  if ('transactions' in target) return stepOver(reader, stands, { count: target.transactions, concern }, notes);
  if ('time' in target) {
    const micros = Date.parse(target.time) * 1000;
    return findFirst(reader, stands, ({ head }) => head.committed >= micros);
  }
  if ('file' in target) {
    return findFirst(reader, stands, (record) => isAtOrBehind(logOf(record), target));
  }
  const { epoch, transaction } = await findGtid(reader, stands, target.gtid);
  return findFirst(
    reader,
    stands,
    ({ head }) => head.epoch > epoch || (head.epoch === epoch && head.transaction >= transaction),
  );
}

function exactOffset(
  stands: readonly Stand[],
  { offset, partition }: { offset: bigint; partition?: number | undefined },
): Found {
  const [stand, more] = chosen(stands, partition);
  if (stand === undefined || more !== undefined) {
    const why = `the topic has ${stands.length} partitions, and an offset is a place in one of them`;
    throw invalid(why, 'name the partition, or move by time, GTID or log position');
  }
  if (offset >= stand.low && offset <= stand.high) return { stand, offset };
  throw invalid(
    `offset ${offset} is not in partition ${stand.partition}, which holds ${stand.low} up to its end ${stand.high}`,
    'take an offset in between; what is older is no longer in the topic',
  );
}

function chosen(stands: readonly Stand[], partition: number | undefined): readonly Stand[] {
  if (partition === undefined) return stands;
  const found = stands.filter((stand) => stand.partition === partition);
  if (found.length > 0) return found;
  throw invalid(`there is no partition ${partition}`, `the partitions are 0 to ${stands.length - 1}`);
}

function shifted(stands: readonly Stand[], by: bigint, notes: string[]): Found[] {
  return stands.map((stand) => {
    const wanted = stand.from + by;
    const offset = clamp(wanted, stand);
    if (offset !== wanted) notes.push(`partition ${stand.partition} does not reach to ${wanted}: moved to ${offset}`);
    return { stand, offset };
  });
}

/** The nearest offset that the partition holds. */
export function clamp(offset: bigint, { low, high }: Pick<GroupPlace, 'low' | 'high'>): bigint {
  if (offset < low) return low;
  return offset > high ? high : offset;
}

function findFirst(
  reader: RangeReader,
  stands: readonly Stand[],
  holds: (record: StreamRecord) => boolean,
): Promise<Found[]> {
  return Promise.all(stands.map(async (stand) => ({ stand, offset: await firstWhere(reader, stand, holds) })));
}

function isAtOrBehind(log: { file: string; position: number }, wanted: { file: string; position: number }): boolean {
  const order = log.file.localeCompare(wanted.file, 'en', { numeric: true });
  return order > 0 || (order === 0 && log.position >= wanted.position);
}

/** GTIDs have no order that a search could go by: what is near the pipeline's place is read. */
async function findGtid(
  reader: RangeReader,
  stands: readonly Stand[],
  gtid: string,
): Promise<{ epoch: number; transaction: number }> {
  for (const stand of stands) {
    const [begin, end] = [clamp(stand.at - GTID_REACH, stand), clamp(stand.at + GTID_REACH, stand)];
    for await (const record of readStream(reader, stand.partition, begin, end)) {
      if (logOf(record).gtid === gtid) return record.head;
    }
  }
  throw invalid(
    `no transaction with the GTID ${gtid} is within ${GTID_REACH} records of where the pipeline stands`,
    'write one GTID of a transaction that changed a mapped table, or move by time or log position',
  );
}

function invalid(why: string, remedy: string): ApiError {
  return new ApiError(422, 'POSITION_INVALID', `the position cannot be taken: ${why}`, remedy);
}
