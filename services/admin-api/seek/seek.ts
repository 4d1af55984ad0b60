import { randomUUID } from 'node:crypto';
import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { groupInUse, readGroupPlaces, setGroupOffsets } from '../../../shared/kafka/group-offsets.ts';
import { RangeReader } from '../../../shared/kafka/range-reader.ts';
import type { Channel, Pipeline } from '../../../shared/model/channel.ts';
import { ReplicationError } from '../../../shared/runtime/errors.ts';
import { pipelineGroup, rowsTopic, sourceId } from '../../../topics/topics.ts';
import { ApiError } from '../api-error.ts';
import type { Deed } from '../audit-log.ts';
import type { AdminParts } from '../server.ts';
import { concernOf } from './concern.ts';
import { type Move, previewMoves } from './preview.ts';
import { clamp, findMoves, type Stand } from './seek-offsets.ts';
import type { Preview, SeekReply, SeekRequest } from './seek-schemas.ts';

export type Place = {
  readonly kafka: KafkaAddress;
  readonly site: string;
  readonly group: string;
  readonly topic: string;
};

/**
 * Moves the cursor of a pipeline of a paused channel, or says what moving it would mean (dryRun). A move to where it stands is one as well: it accepts a gap.
 * Errors: ApiError 409 while it runs or has no place yet, 422 for a position that does not exist; 503 when the Kafka of the target's site is away.
 */
export async function seek(
  parts: AdminParts,
  channel: Channel,
  pipeline: Pipeline,
  request: SeekRequest,
): Promise<SeekReply> {
  expectPaused(channel);
  const place = placeOf(parts, channel, pipeline);
  try {
    const stands = await readStands(place);
    await using reader = await RangeReader.open(place.kafka, place.topic);
    const concern = concernOf(pipeline);
    const { moves, notes } = await findMoves(reader, stands, request.to, concern);
    const preview = await previewMoves(reader, moves, concern);
    if (moves.every(({ from, to }) => from === to)) {
      notes.push(
        'the pipeline stands there already; moving it there lets it take the next record whatever is missing before it',
      );
    }
    if (stands.length > moves.length && preview.statements.length > 0) {
      notes.push('there are DDL statements in between, and they stand in every partition: move all partitions alike');
    }
    const reply = { ...describe(place, stands, moves, preview, notes), dryRun: request.dryRun };
    expectDirection(request, moves);
    if (request.dryRun) return { ...reply, moved: false };
    const changed = reply.direction === 'none' ? moves : moves.filter(({ from, to }) => from !== to);
    const audit = await parts.channels.exclusively(() =>
      move(parts, { channel, pipeline, place, request, changed, preview }),
    );
    return { ...reply, moved: true, audit };
  } catch (error) {
    throw atSite(place, error);
  }
}

type WantedMove = {
  readonly channel: Channel;
  readonly pipeline: Pipeline;
  readonly place: Place;
  readonly request: SeekRequest;
  readonly changed: readonly Move[];
  readonly preview: Preview;
};

/** First the audit, so that no move is without one. Resolves to its id. */
async function move(parts: AdminParts, deed: WantedMove): Promise<string> {
  const { channel, pipeline, place, request, changed, preview } = deed;
  const now = parts.channels.all().get(channel.name);
  if (now?.uid !== channel.uid)
    throw new ApiError(
      409,
      'CHANNEL_CHANGED',
      `the channel ${channel.name} was made anew meanwhile`,
      'look at it and try again',
    );
  expectPaused(now);
  const stands = await readStands(place);
  if (changed.some(({ partition, from }) => stands.find((stand) => stand.partition === partition)?.from !== from)) {
    throw new ApiError(
      409,
      'POSITION_CHANGED',
      'the pipeline was moved meanwhile',
      'look at the preview again (dryRun)',
    );
  }
  const byPartition = (end: 'from' | 'to') =>
    Object.fromEntries(changed.map((each) => [each.partition, String(each[end])]));
  const id = randomUUID();
  const entry: Deed = {
    id,
    by: request.by,
    action: 'seek',
    channel: channel.name,
    pipeline: pipeline.name,
    what: JSON.stringify(request.to, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
    before: byPartition('from'),
    after: byPartition('to'),
    transactions: preview.transactions,
    rows: preview.rows,
  };
  const offsets = changed.map(({ partition, to }) => ({ partition, offset: to }));
  await parts.audit.record(entry, () => setGroupOffsets(place.kafka, place.group, place.topic, offsets));
  return id;
}

function expectDirection({ only }: SeekRequest, moves: readonly Move[]): void {
  if (only === undefined) return;
  const other = moves.find(({ from, to }) => (only === 'skip' ? to < from : to > from));
  if (other === undefined) return;
  throw new ApiError(
    422,
    'POSITION_INVALID',
    `the position cannot be taken: the pipeline stands at offset ${other.from} of partition ${other.partition}, and ${other.to} would ${only === 'skip' ? 'repeat' : 'skip'}`,
    only === 'skip' ? 'use lutra replay, or a later place' : 'use lutra skip, or an earlier place',
  );
}

function expectPaused({ name, state }: Channel): void {
  if (state === 'paused') return;
  throw new ApiError(
    409,
    'CHANNEL_RUNNING',
    `the channel ${name} is running: its loader holds the position`,
    `lutra pause ${name}, then try again`,
  );
}

/** Where the cursor of a pipeline lies. Errors: ApiError 409 SITE_UNKNOWN. */
export function placeOf({ config, log }: AdminParts, channel: Channel, pipeline: Pipeline): Place {
  const from = channel.resolved[pipeline.from]?.site ?? 'unknown';
  const site = channel.resolved[pipeline.to]?.site ?? 'unknown';
  const brokers = config.sites.get(site)?.brokers;
  if (brokers === undefined) {
    throw new ApiError(
      409,
      'SITE_UNKNOWN',
      `the Kafka of the site ${site}, where the position lies, is not known here`,
      'name its brokers in LUTRA_SITES of the admin API and start it again',
    );
  }
  return {
    kafka: { brokers, clientId: `lutra-admin-api-${config.site}`, log, security: config.kafkaSecurity },
    site,
    group: pipelineGroup(channel.name, pipeline.name),
    topic: rowsTopic(sourceId(from, pipeline.from)),
  };
}

/** Where the pipeline stands, by partition; one that never committed anything in a partition stands at its beginning. */
async function readStands({ kafka, group, topic }: Place): Promise<Stand[]> {
  const { members, places } = await readGroupPlaces(kafka, group, topic);
  if (members > 0) throw groupInUse(group);
  if (places.every(({ committed }) => committed === undefined)) {
    throw new ApiError(
      409,
      'POSITION_UNKNOWN',
      `the group ${group} has no place in ${topic} yet`,
      'start the channel, and pause it when it runs; or set `start` in its document',
    );
  }
  return places.map((place) => {
    const from = place.committed ?? place.low;
    return { ...place, from, at: clamp(from, place) };
  });
}

function describe(
  place: Place,
  stands: readonly Stand[],
  moves: readonly Move[],
  preview: Preview,
  notes: string[],
): Omit<SeekReply, 'dryRun' | 'moved'> {
  const skips = moves.some(({ from, to }) => to > from);
  const repeats = moves.some(({ from, to }) => to < from);
  const { site, group, topic } = place;
  return {
    site,
    group,
    topic,
    direction: skips && repeats ? 'both' : skips ? 'skip' : repeats ? 'repeat' : 'none',
    partitions: moves.map(({ partition, from, to }) => {
      const stand = stands.find((each) => each.partition === partition);
      return { partition, from: String(from), to: String(to), low: String(stand?.low), end: String(stand?.high) };
    }),
    preview,
    notes,
    repair: skips ? repairs(preview) : [],
  };
}

/** What was skipped stays different until somebody copies it. */
function repairs({ tables, statements, isComplete }: Preview): string[] {
  return [
    ...tables.map(
      ({ table, target, inserts, updates, deletes }) =>
        `compare ${table} with ${target} and copy what differs: ${inserts} inserts, ${updates} updates and ${deletes} deletes are not applied`,
    ),
    ...statements.map(({ id, sql }) => `carry out at the target, if it belongs there, statement ${id}: ${sql}`),
    ...(isComplete ? [] : ['there is more in between than was counted: compare every mapped table']),
  ];
}

function atSite({ site, kafka }: Place, error: unknown): unknown {
  if (!(error instanceof ReplicationError)) return error;
  if (error.code === 'GROUP_IN_USE') return new ApiError(409, error.code, error.message, error.remedy);
  if (error.code !== 'KAFKA_UNREACHABLE') return error;
  return new ApiError(
    503,
    error.code,
    `the position lies in the Kafka of the site ${site} (${kafka.brokers.join(',')}): ${error.message}`,
    `start it, or mend the address of ${site} in LUTRA_SITES of the admin API`,
  );
}
