import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { Database, Start } from '../../shared/model/channel.ts';
import { mysqlAddress } from '../../shared/mysql/connection.ts';
import { asReplicationError, type ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { backoffMs, pause } from '../../shared/runtime/retry.ts';
import { type AppliedBatch, Applier } from './applier.ts';
import { Batcher, type BatchLimits } from './batcher.ts';
import type { CheckpointOwner } from './checkpoint.ts';
import { decideCursor, type JoinedAt, offsetMetadata } from './cursor.ts';
import type { MappingRules } from './mapping/mapping-rules.ts';
import { runLane } from './pipeline.ts';
import { PlanCache } from './plan-cache.ts';
import { RecordReader, unreadableRecord } from './record-reader.ts';
import { SlowPaths } from './slow-paths.ts';
import type { StartFilter } from './start-filter.ts';
import type { StatusBoard } from './status-board.ts';
import { TargetSession } from './target-session.ts';
import { batchApplied } from './telemetry.ts';

/** What all lanes of a pipeline share. */
export type LaneSettings = {
  readonly owner: Omit<CheckpointOwner, 'partition'>;
  readonly channelUid: string;
  readonly database: { readonly name: string; readonly document: Database };
  readonly start: Start;
  readonly startFilter: StartFilter | undefined;
  readonly rules: MappingRules;
  readonly registry: SchemaRegistryPort;
  readonly joinedAt: (signal: AbortSignal) => Promise<JoinedAt>;
  readonly board: StatusBoard;
  readonly limits: BatchLimits;
  readonly log: Logger;
};

const BLOCK_MS = 3_000;
const RETRY_LIMIT_MS = 1_000;
const WAIT_LIMIT_MS = 5_000;
/** After an error that needs a person, this many source transactions are applied one by one, so that it shows which one it is. */
const CAREFUL_BATCHES = 10_000;

/**
 * One partition of a pipeline: opens the target, finds its cursor, runs the corridor. Whatever fails, it closes the target session, tells the status, waits as
 * the error's treatment says and begins again from the stored checkpoint: no error is handled halfway, none ends the process.
 */
export class Lane {
  private readonly settings: LaneSettings;
  private readonly partition: AssignedPartition;
  private readonly log: Logger;
  private readonly slow = new SlowPaths();
  private attempt = 0;
  private hostIndex = 0;
  private carefulBatches = 0;

  constructor(settings: LaneSettings, partition: AssignedPartition) {
    this.settings = settings;
    this.partition = partition;
    this.log = settings.log.child({ partition: partition.partition });
  }

  /** Runs until the partition is taken away. Never rejects. */
  async run(): Promise<void> {
    const { board } = this.settings;
    const { partition, end } = { partition: this.partition.partition, end: () => this.partition.end };
    board.openLane(partition, end);
    const forget = this.settings.rules.onChange(this.partition.wake.notify);
    while (!this.partition.signal.aborted) {
      try {
        await this.runOnce();
      } catch (error) {
        if (this.partition.signal.aborted) break;
        await this.waitAfter(asReplicationError(error));
      }
    }
    forget();
    board.closeLane(partition);
  }

  private async waitAfter(error: ReplicationError): Promise<void> {
    this.settings.board.laneFailed(this.partition.partition, error);
    this.partition.stopReading();
    if (error.treatment === 'block') this.carefulBatches = CAREFUL_BATCHES;
    if (error.code === 'TARGET_UNREACHABLE')
      this.hostIndex = (this.hostIndex + 1) % this.settings.database.document.hosts.length;
    const facts = { code: error.code, remedy: error.remedy, err: error.code === 'UNEXPECTED' ? error : undefined };
    if (error.treatment === 'block') this.log.error(facts, error.message);
    else this.log.warn(facts, error.message);
    await this.pauseAfter(error);
  }

  /** New rules end the wait: what stood in the way may be left out by them. */
  private async pauseAfter(error: ReplicationError): Promise<void> {
    const change = new AbortController();
    const forget = this.settings.rules.onChange(() => change.abort());
    await pause(this.delayMs(error), AbortSignal.any([this.partition.signal, change.signal]));
    forget();
    if (!change.signal.aborted) return;
    this.attempt = 0;
    this.carefulBatches = 0;
  }

  private delayMs({ treatment }: ReplicationError): number {
    if (treatment === 'block' || treatment === 'stop') return BLOCK_MS;
    return backoffMs(this.attempt++, treatment === 'retry' ? RETRY_LIMIT_MS : WAIT_LIMIT_MS);
  }

  private async runOnce(): Promise<void> {
    const { partition, settings } = this;
    const session = await this.openSession();
    try {
      const cursor = await decideCursor({ ...settings, partition, session, log: this.log });
      const batcher = new Batcher(settings.limits, this.isCareful);
      const plans = new PlanCache(settings.registry, session, settings.rules);
      const { identity } = cursor;
      const observer = this.observer();
      const reader = new RecordReader({
        partition,
        plans,
        batcher,
        identity,
        startFilter: settings.startFilter,
        observer,
      });
      const place = `partition ${partition.partition} of ${partition.topic}`;
      const applier = new Applier({
        session,
        notify: partition.wake.notify,
        onApplied: (batch) => this.applied(batch),
        isCareful: this.isCareful,
        place,
        unreadable: (offset, why) => unreadableRecord(place, offset, why),
      });
      settings.board.laneReads(partition.partition, cursor.offset);
      settings.board.laneFollows(partition.partition, plans.revision);
      partition.readFrom(cursor.offset);
      await runLane({ partition, reader, batcher, applier }).finally(() => applier.drain().catch(() => {}));
    } finally {
      await session.close();
    }
  }

  private readonly isCareful = (): boolean => this.carefulBatches > 0;

  private openSession(): Promise<TargetSession> {
    const { database, owner } = this.settings;
    return TargetSession.open({
      address: mysqlAddress(database.name, database.document, this.hostIndex),
      owner: { ...owner, partition: this.partition.partition },
      slow: this.slow,
    });
  }

  private applied(batch: AppliedBatch): void {
    const { board, channelUid } = this.settings;
    const { nextOffset, identity } = batch.checkpoint;
    board.applied(this.partition.partition, batch);
    batchApplied(board.identity, batch);
    for (const found of batch.drift) this.log.warn({ ...found }, 'the target was not as the stream expects it');
    if (!batch.isFinal) return;
    this.attempt = 0;
    this.carefulBatches = Math.max(0, this.carefulBatches - 1);
    this.partition.commit(nextOffset, offsetMetadata(channelUid, identity));
  }

  private observer(): ConstructorParameters<typeof RecordReader>[0]['observer'] {
    const { board } = this.settings;
    return {
      onHeartbeat: (committed) => board.heartbeat(this.partition.partition, committed),
      onStatement: ({ epoch, serial }) => {
        board.statementSkipped();
        this.log.warn({ epoch, serial }, 'a DDL statement of the source is not applied');
      },
      onRepeat: () => {},
      onRules: (revision) => {
        board.laneFollows(this.partition.partition, revision);
        this.log.info({ revision }, 'goes on by the new document');
      },
    };
  }
}
