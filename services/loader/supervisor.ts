import { isDeepStrictEqual } from 'node:util';
import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { StatusPublisher } from '../../shared/control/status-publisher.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { type Channel, channelSchema, type Database, type Pipeline, pipelineUid } from '../../shared/model/channel.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import { CHANNELS_TOPIC, rowsTopic } from '../../topics/topics.ts';
import type { BatchLimits } from './batcher.ts';
import type { Decisions } from './decisions.ts';
import type { EntryPublisher } from './entry-publisher.ts';
import type { HistoryPublisher } from './history/history-publisher.ts';
import type { PipelineHistory } from './history/pipeline-history.ts';
import { MappingRules } from './mapping-rules.ts';
import { endsOf, runPipeline, sourceOf } from './pipeline-runner.ts';
import { StatusBoard } from './status-board.ts';
import { forgetPipeline, quarantineSeen, statusSeen } from './telemetry.ts';

export type SupervisorParts = {
  readonly site: string;
  readonly instance: string;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly publisher: StatusPublisher;
  readonly decisions: Decisions;
  /** Tells statements and rows in quarantine to the admin API. */
  readonly statements: EntryPublisher;
  readonly quarantined: EntryPublisher;
  readonly history: HistoryPublisher;
  readonly tracing?: Tracing | undefined;
  readonly limits: BatchLimits;
  readonly log: Logger;
};

export type Target = { readonly name: string; readonly document: Database };

type Running = {
  /** What the runner was started with; a difference here restarts it, any other change of the document is taken over by the running lanes. */
  readonly essence: object;
  readonly board: StatusBoard;
  readonly uid: string;
  /** Takes over what the document says beside the essence, while the lanes run. */
  update(channel: Channel, pipeline: Pipeline): void;
  stop(): Promise<void>;
};

/** Follows the channel documents and runs every pipeline whose target database stands at this site. One pipeline never waits for another. */
export class Supervisor {
  private readonly parts: SupervisorParts;
  private readonly running = new Map<string, Running>();
  private readonly changes = new Map<string, Promise<void>>();
  private readonly channels = new Map<string, Channel>();

  constructor(parts: SupervisorParts) {
    this.parts = parts;
  }

  /** Runs until the signal, then stops all pipelines: each ends or undoes its target transaction, commits its offsets and leaves its group. */
  async run(signal: AbortSignal): Promise<void> {
    const { kafka, log } = this.parts;
    const onWait = ({ code, remedy, message }: ReplicationError): void => log.warn({ code, remedy }, message);
    let caughtUp = false;
    for await (const part of followTopic({ ...kafka, topic: CHANNELS_TOPIC, onWait }, signal)) {
      for (const { key, value } of part.records) this.note(key, value);
      caughtUp ||= part.caughtUp;
      if (caughtUp) this.reconcile();
    }
    this.channels.clear();
    this.reconcile();
    await Promise.all(this.changes.values());
  }

  private note(name: string, value: Buffer | null): void {
    if (value === null) {
      this.channels.delete(name);
      return;
    }
    try {
      this.channels.set(name, channelSchema.parse(JSON.parse(value.toString('utf8'))));
    } catch (error) {
      this.parts.log.error(
        { channel: name, err: error },
        'a channel document cannot be read; the channel stays as it was',
      );
    }
  }

  private reconcile(): void {
    const wanted = new Map<string, { channel: Channel; pipeline: Pipeline }>();
    for (const channel of this.channels.values()) {
      for (const pipeline of channel.pipelines) {
        if (endsOf(channel, pipeline)?.target.site === this.parts.site) {
          wanted.set(`${channel.name}/${pipeline.name}`, { channel, pipeline });
        }
      }
    }
    for (const name of new Set([...wanted.keys(), ...this.running.keys()])) this.change(name, wanted.get(name));
  }

  /** Changes of one pipeline follow each other; those of others go on beside it. */
  private change(name: string, wanted: { channel: Channel; pipeline: Pipeline } | undefined): void {
    const before = this.changes.get(name) ?? Promise.resolve();
    this.changes.set(
      name,
      before
        .then(() => this.apply(name, wanted))
        .catch((error) => this.parts.log.error({ err: error, name }, 'a pipeline could not be changed')),
    );
  }

  private async apply(name: string, wanted: { channel: Channel; pipeline: Pipeline } | undefined): Promise<void> {
    const current = this.running.get(name);
    const essence = wanted === undefined ? undefined : essenceOf(wanted.channel, wanted.pipeline);
    if (current !== undefined && wanted !== undefined && isDeepStrictEqual(current.essence, essence)) {
      current.update(wanted.channel, wanted.pipeline);
      return;
    }
    if (current !== undefined) {
      await current.stop();
      this.running.delete(name);
      this.parts.publisher.remove(statusKey(current.board));
      forgetPipeline(current.board.identity);
      this.parts.history.forget(current.uid);
    }
    if (wanted !== undefined && essence !== undefined)
      this.running.set(name, this.start(wanted.channel, wanted.pipeline, essence));
  }

  private start(channel: Channel, pipeline: Pipeline, essence: object): Running {
    const { kafka, publisher } = this.parts;
    const log = this.parts.log.child({ channel: channel.name, pipeline: pipeline.name });
    const board = this.makeBoard(channel, pipeline);
    const ending = new AbortController();
    const uid = pipelineUid(channel, pipeline);
    const history = this.parts.history.of(uid);
    publisher.add(statusKey(board), () => seen(board, history));
    if (channel.state === 'paused') {
      board.set('paused');
      log.info('paused: out of the consumer group');
      board.follows(channel.revision);
      return { essence, board, uid, update: ({ revision }) => board.follows(revision), stop: async () => {} };
    }
    log.info({ uid: channel.uid, revision: channel.revision }, 'starts');
    const rules = new MappingRules(channel, pipeline);
    board.follows(channel.revision);
    const parts = { ...this.parts, channel, pipeline, rules, board, history, log, kafka: { ...kafka, log } };
    const run = runPipeline(parts, ending.signal);
    return {
      essence,
      board,
      uid,
      update: (next, changed) => {
        if (next.revision === rules.channel.revision) return;
        rules.replace(next, changed);
        board.follows(next.revision);
        log.info({ revision: next.revision }, 'the document has changed');
      },
      stop: async () => {
        ending.abort();
        await run;
        log.info('stopped');
      },
    };
  }

  private makeBoard(channel: Channel, pipeline: Pipeline): StatusBoard {
    const { site, instance } = this.parts;
    const ends = endsOf(channel, pipeline);
    const source = ends === undefined ? pipeline.from : sourceOf(ends.source, pipeline);
    return new StatusBoard({
      site,
      instance,
      source,
      channel: channel.name,
      pipeline: pipeline.name,
      topic: rowsTopic(source),
    });
  }

  /** The target databases of this site, each once. */
  targets(): Target[] {
    const targets = new Map<string, Target>();
    for (const channel of this.channels.values()) {
      for (const pipeline of channel.pipelines) {
        const document = endsOf(channel, pipeline)?.target;
        if (document?.site === this.parts.site) targets.set(pipeline.to, { name: pipeline.to, document });
      }
    }
    return [...targets.values()];
  }

  /** Whether any pipeline waits for a person. */
  states(): string[] {
    return [...this.running.values()].map(({ board }) => board.status().state);
  }
}

/** Key of a pipeline's status record. */
function statusKey({ identity }: StatusBoard): string {
  return `loader/${identity.channel}/${identity.pipeline}/${identity.instance}`;
}

function seen(board: StatusBoard, history: PipelineHistory): ReturnType<StatusBoard['status']> {
  const status = board.status();
  if (status.state !== 'paused' && status.state !== 'standby') history.look(status.lagMs);
  statusSeen(board.identity, status);
  quarantineSeen(board.identity, board.quarantine.rows);
  return status;
}

function essenceOf(channel: Channel, pipeline: Pipeline): object {
  const ends = endsOf(channel, pipeline);
  return {
    uid: channel.uid,
    state: channel.state,
    pipeline: { ...pipeline, mappings: undefined },
    source: { site: ends?.source.site, partitions: ends?.source.partitions },
    target: ends?.target,
  };
}
