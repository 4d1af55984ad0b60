import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { consumeGroup } from '../../shared/kafka/group-consumer.ts';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { type Channel, type Database, type Pipeline, pipelineUid } from '../../shared/model/channel.ts';
import type { Reason } from '../../shared/model/status.ts';
import { asReplicationError, ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { pause } from '../../shared/runtime/retry.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import { pipelineGroup, rowsTopic, rowsTopicDefinition, sourceId } from '../../topics/topics.ts';
import type { BatchLimits } from './batcher.ts';
import type { Decisions } from './decisions.ts';
import type { EntryPublisher } from './entry-publisher.ts';
import type { PipelineHistory } from './history/pipeline-history.ts';
import { readJoinedAt } from './joined-at.ts';
import { Lane, type LaneSettings } from './lane.ts';
import type { MappingRules } from './mapping-rules.ts';
import { compileStartFilter } from './start-filter.ts';
import type { StatusBoard } from './status-board.ts';

export type RunnerParts = {
  readonly channel: Channel;
  readonly pipeline: Pipeline;
  readonly rules: MappingRules;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly board: StatusBoard;
  readonly history: PipelineHistory;
  readonly decisions: Decisions;
  /** Tells statements and rows in quarantine to the admin API. */
  readonly statements: EntryPublisher;
  readonly quarantined: EntryPublisher;
  readonly tracing?: Tracing | undefined;
  readonly limits: BatchLimits;
  readonly log: Logger;
};

const BLOCK_MS = 3_000;
const STANDBY: Reason = {
  code: 'STANDBY',
  message: 'other loaders of the pipeline have all of its partitions',
  remedy: 'nothing to do: this loader takes partitions over when one of them ends',
};

/** The two databases of a pipeline, undefined while the document does not resolve them. */
export function endsOf(channel: Channel, pipeline: Pipeline): { source: Database; target: Database } | undefined {
  const source = channel.resolved[pipeline.from];
  const target = channel.resolved[pipeline.to];
  return source === undefined || target === undefined ? undefined : { source, target };
}

export function sourceOf(source: Database, pipeline: Pipeline): string {
  return sourceId(source.site, pipeline.from);
}

/** Runs one pipeline until the signal; never rejects. Its lanes share the topic's partitions with the other loaders of the group. */
export async function runPipeline(parts: RunnerParts, signal: AbortSignal): Promise<void> {
  const { board, log } = parts;
  while (!signal.aborted) {
    try {
      await joinGroup(parts, signal);
    } catch (error) {
      if (signal.aborted) return;
      const named = asReplicationError(error);
      board.fail(named);
      log.error({ code: named.code, remedy: named.remedy, err: error }, named.message);
      await pause(BLOCK_MS, signal);
    }
  }
}

async function joinGroup(parts: RunnerParts, signal: AbortSignal): Promise<void> {
  const { channel, pipeline, kafka, board, log } = parts;
  const ends = endsOf(channel, pipeline);
  if (ends === undefined) throw unresolved(channel, pipeline);
  const source = sourceOf(ends.source, pipeline);
  const { partitions } = ends.source;
  const settings = laneSettings(parts, ends.source, ends.target);
  await ensureTopic(kafka, rowsTopicDefinition(source, partitions));
  await consumeGroup(
    {
      ...kafka,
      group: pipelineGroup(channel.name, pipeline.name),
      topic: rowsTopic(source),
      partitions,
      onPartition: (partition) => new Lane(settings, partition).run(),
      onJoined: (count) => {
        if (count > 0) board.set('running');
        else board.set('standby', STANDBY);
        log.info({ partitions: count }, 'joined the consumer group');
      },
      onWait: (error) => {
        board.fail(error);
        log.warn({ code: error.code }, error.message);
      },
    },
    signal,
  );
}

function laneSettings(parts: RunnerParts, source: Database, target: Database): LaneSettings {
  const { channel, pipeline, kafka } = parts;
  const uid = pipelineUid(channel, pipeline);
  const id = sourceOf(source, pipeline);
  return {
    ...parts,
    owner: { uid, topic: rowsTopic(id), channel: channel.name, pipeline: pipeline.name, source: id },
    channelUid: channel.uid,
    database: { name: pipeline.to, document: target },
    partitions: source.partitions,
    start: pipeline.start,
    startFilter: valid(() => compileStartFilter(pipeline.start), channel),
    joinedAt: (signal) =>
      whileWaiting(parts, id, () => readJoinedAt(kafka, { source: id, site: source.site, uid }, signal)),
  };
}

async function whileWaiting<T>({ board }: RunnerParts, source: string, work: () => Promise<T>): Promise<T> {
  board.set('waiting', {
    code: 'SELECTOR_ABSENT',
    message: `the selector of ${source} has not yet noted where this pipeline joins the stream`,
    remedy: 'start the selector at the source site, and look at its status; it goes on by itself',
  });
  try {
    return await work();
  } finally {
    board.set('running');
  }
}

function valid<T>(compile: () => T, channel: Channel): T {
  try {
    return compile();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ReplicationError(
      'DOCUMENT_INVALID',
      `channel ${channel.name}: ${text}`,
      'mend the document and apply it again',
      error,
    );
  }
}

function unresolved(channel: Channel, { name, from, to }: Pipeline): ReplicationError {
  return new ReplicationError(
    'DOCUMENT_INVALID',
    `pipeline ${channel.name}/${name} names a database that no document declares: ${from} or ${to}`,
    'declare it under databases, here or in another channel',
  );
}
