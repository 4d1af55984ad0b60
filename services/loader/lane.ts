import type { SchemaRegistryPort } from '../../shared/codec/schema-registry.ts';
import { transactionBegin } from '../../shared/control/stream-reader.ts';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { KafkaAddress } from '../../shared/kafka/cluster.ts';
import { RangeReader } from '../../shared/kafka/range-reader.ts';
import type { Database, Start } from '../../shared/model/channel.ts';
import type { TableName } from '../../shared/model/table-pattern.ts';
import { type MysqlAddress, mysqlAddress } from '../../shared/mysql/connection.ts';
import { asReplicationError, type ReplicationError } from '../../shared/runtime/errors.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import { pause } from '../../shared/runtime/retry.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import { Applier } from './applier.ts';
import { Batcher, type BatchLimits } from './batcher.ts';
import type { CheckpointOwner } from './checkpoint.ts';
import { decideCursor, type JoinedAt } from './cursor.ts';
import { DdlRoom } from './ddl/ddl-room.ts';
import type { DdlRoomParts } from './ddl/ddl-settler.ts';
import { releaseQueue } from './ddl/release.ts';
import type { Statement } from './ddl/statement-record.ts';
import type { Decisions } from './decisions.ts';
import type { EntryPublisher } from './entry-publisher.ts';
import type { PipelineHistory } from './history/pipeline-history.ts';
import { LanePatience } from './lane-patience.ts';
import { LaneProgress } from './lane-progress.ts';
import { LaneWatch } from './lane-watch.ts';
import type { MappingRules } from './mapping-rules.ts';
import { runLane } from './pipeline.ts';
import { PlanCache } from './plan-cache.ts';
import { LaneQuarantine } from './quarantine/lane-quarantine.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import { RecordReader, unreadableRecord } from './record-reader.ts';
import { SlowPaths } from './slow-paths.ts';
import type { StartFilter } from './start-filter.ts';
import type { StatusBoard } from './status-board.ts';
import { tally } from './tally.ts';
import { TargetSession } from './target-session.ts';

/** What all lanes of a pipeline share. */
export type LaneSettings = {
  readonly owner: Omit<CheckpointOwner, 'partition'>;
  readonly channelUid: string;
  readonly database: { readonly name: string; readonly document: Database };
  readonly start: Start;
  readonly startFilter: StartFilter | undefined;
  readonly rules: MappingRules;
  readonly partitions: number;
  readonly decisions: Decisions;
  readonly statements: EntryPublisher;
  readonly quarantined: EntryPublisher;
  readonly tracing?: Tracing | undefined;
  readonly kafka: KafkaAddress;
  readonly registry: SchemaRegistryPort;
  readonly joinedAt: (signal: AbortSignal) => Promise<JoinedAt>;
  readonly board: StatusBoard;
  readonly history: PipelineHistory;
  readonly limits: BatchLimits;
  readonly log: Logger;
};

/** How often a lane looks again at what waits for something that it does not see come. */
const RECHECK_MS = 15_000;
const ALL_QUEUES = '*';

/**
 * One partition of a pipeline: opens the target, finds its cursor, runs the corridor. Whatever fails, it closes the target session, tells the status, waits as
 * the error's treatment says and begins again from the stored checkpoint: no error is handled halfway, none ends the process.
 */
export class Lane {
  private readonly settings: LaneSettings;
  private readonly partition: AssignedPartition;
  private readonly log: Logger;
  private readonly slow = new SlowPaths();
  private readonly watch: LaneWatch;
  private readonly patience = new LanePatience();
  private hostIndex = 0;
  private readonly quarantine: LaneQuarantine;
  private readonly progress: LaneProgress;

  constructor(settings: LaneSettings, partition: AssignedPartition) {
    this.settings = settings;
    this.partition = partition;
    this.log = settings.log.child({ partition: partition.partition });
    const { board, owner, database } = settings;
    const { hosts } = database.document;
    const target = (): string => `database ${database.name} at ${hosts[this.hostIndex] ?? hosts[0]}`;
    this.watch = new LaneWatch({ partition, board, source: owner.source, target, log: this.log });
    this.quarantine = new LaneQuarantine({ ...settings, owner: this.owner, log: this.log });
    const { watch, quarantine, patience, log } = this;
    this.progress = new LaneProgress({ settings, partition, watch, quarantine, patience, log });
  }

  /** Runs until the partition is taken away. Never rejects. */
  async run(): Promise<void> {
    const { board } = this.settings;
    const { partition, end } = { partition: this.partition.partition, end: () => this.partition.end };
    board.openLane(partition, end);
    this.watch.begin();
    const forget = this.settings.rules.onChange(this.partition.wake.notify);
    const forgetDecisions = this.settings.decisions.onChange(this.partition.wake.notify);
    while (!this.partition.signal.aborted) {
      try {
        await this.runOnce();
      } catch (error) {
        if (this.partition.signal.aborted) break;
        if (this.quarantine.isToIsolate(error)) {
          this.partition.stopReading();
          continue;
        }
        await this.waitAfter(asReplicationError(error));
      }
    }
    forget();
    forgetDecisions();
    this.watch.end();
    board.closeLane(partition);
  }

  private async waitAfter(error: ReplicationError): Promise<void> {
    this.watch.rest();
    this.settings.board.laneFailed(this.partition.partition, error);
    this.partition.stopReading();
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
    await pause(this.patience.failed(error), AbortSignal.any([this.partition.signal, change.signal]));
    forget();
    if (change.signal.aborted) this.patience.forget();
  }

  private async runOnce(): Promise<void> {
    const { partition, settings, watch } = this;
    watch.work = {};
    this.progress.traces?.begin();
    const heard = settings.decisions.heard(settings.owner.uid);
    const session = await this.openSession();
    watch.work = { session };
    let recheck: NodeJS.Timeout | undefined;
    try {
      const room = await DdlRoom.open(this.roomParts(session));
      const quarantine = await this.quarantine.open(session, this.plans(room, session, ALL_QUEUES), partition.signal);
      await this.releaseQueues(room, session, quarantine);
      const joinedAt = (signal: AbortSignal): Promise<JoinedAt> => watch.whileTold(settings.joinedAt(signal));
      const cursor = await decideCursor({
        ...{ ...settings, joinedAt, partition, session, log: this.log },
        transactionBegin: (offset, bounds) => this.transactionBegin(offset, bounds),
        onMoved: (what) => settings.board.laneNotes(partition.partition, what),
      });
      const batcher = new Batcher(settings.limits, this.isCareful);
      const plans = this.plans(room, session);
      const reader = new RecordReader({
        partition,
        plans,
        batcher,
        owner: settings.owner,
        cursor,
        startFilter: settings.startFilter,
        observer: this.progress.observer,
        traces: this.progress.traces,
      });
      const place = `partition ${partition.partition} of ${partition.topic}`;
      const applier = new Applier({
        session,
        quarantine,
        notify: partition.wake.notify,
        onApplied: (batch) => this.progress.applied(batch, quarantine),
        isCareful: this.isCareful,
        isIsolating: this.quarantine.isIsolating,
        place,
        unreadable: (offset, why) => unreadableRecord(place, offset, why),
      });
      const identity = session.hasCheckpoint ? cursor.identity : undefined;
      this.progress.begin(cursor.offset, identity, plans.revision);
      partition.readFrom(cursor.offset);
      watch.work = { session, reader, applier };
      const cross = async (statement: Statement): Promise<void> => {
        const began = performance.now();
        await room.cross(statement);
        plans.clear();
        this.progress.crossed(statement, performance.now() - began);
      };
      let isRecheckDue = false;
      recheck = setInterval(() => {
        isRecheckDue = this.quarantine.dependsOnOthers || room.waitsForRows;
        partition.wake.notify();
      }, RECHECK_MS);
      const isToBeginAgain = (): boolean => {
        if (isRecheckDue || quarantine.isRetryDue || quarantine.isTakeDue) return true;
        const waits = !quarantine.isEmpty || !room.held.isEmpty;
        return waits && settings.decisions.heard(settings.owner.uid) !== heard;
      };
      const corridor = runLane({ partition, reader, batcher, applier, cross, isToBeginAgain });
      await corridor.finally(() => applier.drain().catch(() => {}));
    } finally {
      watch.rest();
      clearInterval(recheck);
      await session.close();
    }
  }

  private async transactionBegin(offset: bigint, bounds: { low: bigint; high: bigint }): Promise<bigint> {
    const { topic, partition } = this.partition;
    await using reader = await RangeReader.open(this.settings.kafka, topic);
    return await transactionBegin(reader, { partition, ...bounds }, offset);
  }

  private readonly isCareful = (): boolean => this.patience.isCareful || this.quarantine.isIsolating();

  private get owner(): CheckpointOwner {
    return { ...this.settings.owner, partition: this.partition.partition };
  }

  private get address(): MysqlAddress {
    const { database } = this.settings;
    return mysqlAddress(database.name, database.document, this.hostIndex);
  }

  private roomParts(session: TargetSession): DdlRoomParts {
    const { rules, partitions, decisions, statements, board } = this.settings;
    const { partition } = this.partition;
    return {
      ...{ session, rules, partitions, decisions, owner: this.owner, address: this.address, partition: this.partition },
      publish: (entry) => {
        board.statement(entry);
        statements.publish(`${entry.channel}/${entry.pipeline}/${entry.id}`, entry);
      },
      tell: (reason) => {
        this.watch.isTold = reason !== undefined;
        board.laneTells(partition, reason);
      },
      log: this.log,
    };
  }

  private async releaseQueues(room: DdlRoom, session: TargetSession, quarantine: Quarantine): Promise<void> {
    const { board } = this.settings;
    const { signal } = this.partition;
    for (const queue of await room.queues.withWork()) {
      await releaseQueue(queue, {
        ...{ room, session, quarantine, owner: this.owner, signal, isIsolated: this.quarantine.isolatesQueues },
        plans: () => this.plans(room, session, queue),
        onApplied: (events) => board.released(tally(events)),
        onQuarantined: (rows) => this.quarantine.kept(rows, quarantine),
      });
    }
    this.quarantine.isolatesQueues = false;
  }

  /** `released`: a queue whose tables are written although they are held; ALL_QUEUES: every one. */
  private plans(room: DdlRoom, session: TargetSession, released?: string): PlanCache {
    const { registry, rules } = this.settings;
    const queueOf = (name: TableName): string | undefined => {
      const queue = room.held.queueOf(name);
      return queue === released || released === ALL_QUEUES ? undefined : queue;
    };
    return new PlanCache({ registry, session, rules, queueOf, effects: room.effects });
  }

  private openSession(): Promise<TargetSession> {
    return TargetSession.open({
      address: this.address,
      owner: this.owner,
      slow: this.slow,
    });
  }
}
