import * as z from 'zod';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { Start } from '../../shared/model/channel.ts';
import { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { Checkpoint, Identity } from './checkpoint.ts';
import { offsetsGone } from './stream-gap.ts';
import type { TargetSession } from './target-session.ts';

/** Where a lane begins to read and what it knows of the record before. `committed`: its commit time at the source, µs; 0 when not known. */
export type Cursor = { readonly offset: bigint; readonly identity: Identity | undefined; readonly committed: number };
type Bounds = { readonly low: bigint; readonly high: bigint };

/** Where the selector had got to when the pipeline joined a stream at its `end`. */
export type JoinedAt = { readonly epoch: number; readonly serials: readonly number[]; readonly at: number };

export type CursorParts = {
  readonly partition: AssignedPartition;
  readonly session: TargetSession;
  readonly channelUid: string;
  readonly start: Start;
  /** Resolves when the selector has noted that this pipeline joined; asked only for the start `end`. */
  readonly joinedAt: (signal: AbortSignal) => Promise<JoinedAt>;
  /** Where the transaction begins in whose middle an offset lies; the offset itself when it lies between two. */
  readonly transactionBegin: (offset: bigint, bounds: Bounds) => Promise<bigint>;
  /** Told when the place is another one than the operator said. */
  readonly onMoved: (what: string) => void;
  readonly log: Logger;
};

const metadataSchema = z.object({
  lutra: z.literal(1),
  uid: z.string(),
  epoch: z.number().nullable(),
  serial: z.number().nullable(),
});
/** Clocks of selector and brokers may differ, and a record is older than its acknowledgement. */
const JOIN_MARGIN_MS = 10 * 60_000;

/** What Lutra writes beside every offset it commits; an offset without it was set by an operator. */
export function offsetMetadata(uid: string, identity: Identity | undefined): string {
  return JSON.stringify({ lutra: 1, uid, epoch: identity?.epoch ?? null, serial: identity?.serial ?? null });
}

/**
 * The cursor rule of docs/architecture.md, in this order: an offset that an operator set (the checkpoint is rewritten to it first), of one inside a
 * transaction where that begins, and the status says so; the checkpoint, or the offset behind it that bears its identity, for only heartbeats lie between;
 * an offset that this channel committed (its checkpoint was removed); the pipeline's start. An offset that an earlier channel of the same name left is nobody's.
 * What an operator set or the checkpoint says is committed again where Kafka has lost it, so that tools show the truth.
 * Errors: STREAM_GAP when the place is outside of what the topic holds (nothing is rewritten then), KAFKA_UNREACHABLE, TARGET_….
 */
export async function decideCursor(parts: CursorParts): Promise<Cursor> {
  const { partition, session, channelUid, log } = parts;
  const stored = await session.checkpoint();
  const committed = await partition.committed();
  const bounds = await partition.bounds();
  session.forgetBeyond(bounds.high);
  const metadata = committed === undefined ? undefined : parseMetadata(committed.metadata);
  if (committed !== undefined && metadata === undefined) {
    const asked = within(bounds, { offset: committed.offset, identity: undefined, committed: 0 }, partition);
    const offset = await parts.transactionBegin(asked.offset, bounds);
    await obeyOperator(parts, stored, offset);
    log.info(
      { offset: String(offset), asked: String(asked.offset), checkpoint: String(stored?.nextOffset) },
      'obeys the offset that an operator set',
    );
    if (offset !== asked.offset) tellMoved(parts, asked.offset, offset);
    return { ...asked, offset };
  }
  if (stored !== undefined) {
    const { identity } = stored;
    const own = metadata?.uid === channelUid ? toIdentity(metadata) : undefined;
    const offset =
      isPassed(own, stored) && committed !== undefined ? later(committed.offset, stored.nextOffset) : stored.nextOffset;
    log.info({ offset: String(offset), ...identity }, 'goes on from the checkpoint');
    if (committed?.offset !== offset) await partition.commitNow(offset, offsetMetadata(channelUid, identity));
    return within(bounds, { offset, identity, committed: stored.committed }, partition);
  }
  if (committed !== undefined && metadata?.uid === channelUid) {
    const identity = toIdentity(metadata);
    log.warn(
      { offset: String(committed.offset), ...identity },
      'the target has no checkpoint, goes on from the committed offset',
    );
    return within(bounds, { offset: committed.offset, identity, committed: 0 }, partition);
  }
  return within(bounds, await startCursor(parts, bounds.low), partition);
}

/** The identity of the checkpoint beside a committed offset: nothing but heartbeats lies between the two. */
function isPassed(own: Identity | undefined, { identity }: Checkpoint): boolean {
  return own !== undefined && own.epoch === identity?.epoch && own.serial === identity.serial;
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function parseMetadata(text: string | null): z.infer<typeof metadataSchema> | undefined {
  try {
    return metadataSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

function toIdentity({ epoch, serial }: z.infer<typeof metadataSchema>): Identity | undefined {
  return epoch === null || serial === null ? undefined : { epoch, serial };
}

function tellMoved({ partition, log, onMoved }: CursorParts, asked: bigint, offset: bigint): void {
  const place = `partition ${partition.partition} of ${partition.topic}`;
  const what = `the offset ${asked} that an operator set in ${place} lies inside a transaction of the source: reading began where that begins, at ${offset}`;
  log.warn({ asked: String(asked), offset: String(offset) }, what);
  onMoved(what);
}

/** First the checkpoint, then the metadata: a crash in between finds the operator's offset still unmarked and does it again. */
async function obeyOperator(
  { session, partition, channelUid }: CursorParts,
  stored: Checkpoint | undefined,
  offset: bigint,
): Promise<void> {
  const blank = { transaction: 0, gtid: '', file: '', position: 0, committed: 0 };
  await session.saveCheckpoint({ ...blank, ...stored, nextOffset: offset, identity: undefined }, false);
  await partition.commitNow(offset, offsetMetadata(channelUid, undefined));
}

/**
 * A known identity lets the first record show whether something is missing, so reading may begin at the first record that is kept.
 * Without one nothing would show it, and Kafka's client would start anywhere.
 */
function within({ low, high }: Bounds, cursor: Cursor, { topic, partition }: AssignedPartition): Cursor {
  if (cursor.offset >= low && cursor.offset <= high) return cursor;
  if (cursor.identity !== undefined) return { ...cursor, offset: low };
  const place = `partition ${partition} of ${topic}`;
  if (cursor.offset < low) throw offsetsGone(place, cursor.offset, low);
  throw new ReplicationError(
    'STREAM_GAP',
    `the offset ${cursor.offset} lies behind the end (${high}) of ${place}`,
    'pause the channel, set an offset inside the topic with lutra seek --to-offset, then start it again',
  );
}

async function startCursor({ start, partition, joinedAt, log }: CursorParts, low: bigint): Promise<Cursor> {
  if (start !== 'end') {
    const covered =
      low === 0n
        ? 'everything that was ever in the topic'
        : `what was before offset ${low} is no longer in the topic and not covered`;
    log.info({ start, offset: String(low) }, `first start: reads the topic from its beginning; ${covered}`);
    return { offset: low, identity: undefined, committed: 0 };
  }
  const joined = await joinedAt(partition.signal);
  const identity = { epoch: joined.epoch, serial: joined.serials[partition.partition] ?? 0 };
  const offset = await partition.offsetAt(joined.at - JOIN_MARGIN_MS);
  log.info(
    { start, offset: String(offset), ...identity, joined: new Date(joined.at).toISOString() },
    'first start at the end of the stream: changes before the moment of joining are not covered',
  );
  return { offset, identity, committed: joined.at * 1000 };
}
