import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { Logger } from '../../shared/runtime/log.ts';
import type { AppliedBatch } from './applier.ts';
import type { Checkpoint, Identity } from './checkpoint.ts';
import { offsetMetadata } from './cursor.ts';
import type { Statement } from './ddl/statement-record.ts';
import { IdleCursor } from './idle-cursor.ts';
import type { LaneSettings } from './lane.ts';
import type { LanePatience } from './lane-patience.ts';
import { LaneTraces } from './lane-traces.ts';
import type { LaneWatch } from './lane-watch.ts';
import type { LaneQuarantine } from './quarantine/lane-quarantine.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import type { ReaderObserver } from './record-reader.ts';
import { batchApplied } from './telemetry.ts';

export type LaneProgressParts = {
  readonly settings: LaneSettings;
  readonly partition: AssignedPartition;
  readonly watch: LaneWatch;
  readonly quarantine: LaneQuarantine;
  readonly patience: LanePatience;
  readonly log: Logger;
};

/** How a lane gets on: what was read and applied is told to status, history and traces, and the offset behind it goes to Kafka. */
export class LaneProgress {
  /** Undefined: no traces. */
  readonly traces: LaneTraces | undefined;
  private readonly parts: LaneProgressParts;
  private readonly idle = new IdleCursor();

  constructor(parts: LaneProgressParts) {
    this.parts = parts;
    const { settings, partition } = parts;
    const { source, channel, pipeline } = settings.owner;
    const { tracing } = settings;
    this.traces = tracing && new LaneTraces({ tracing, source, channel, pipeline, partition: partition.partition });
    if (this.traces !== undefined) partition.onCommitted = (offset) => this.traces?.committed(offset);
  }

  /** The lane reads from here, by the rules of this revision. `identity`: of its checkpoint; undefined while there is none. */
  begin(offset: bigint, identity: Identity | undefined, revision: number): void {
    const { board } = this.parts.settings;
    const { partition } = this.parts.partition;
    board.laneReads(partition, offset);
    this.idle.applied(offset, identity);
    board.laneFollows(partition, revision);
  }

  /** The target has committed a batch. */
  applied(batch: AppliedBatch, quarantine: Quarantine): void {
    const { settings, partition, log, patience } = this.parts;
    const { board } = settings;
    board.applied(partition.partition, batch);
    batchApplied(board.identity, batch);
    const lagMs = board.ageMs(partition.partition, batch.checkpoint.committed);
    if (batch.rows.size > 0) settings.history.applied(batch.rows, batch.transactions, lagMs);
    this.parts.quarantine.kept(batch.quarantined, quarantine, batch.isFinal);
    for (const found of batch.drift) log.warn({ ...found }, 'the target was not as the stream expects it');
    if (!batch.isFinal) return;
    this.traces?.applied(batch.checkpoint.nextOffset, batch.ms);
    this.parts.quarantine.passed(batch.checkpoint.nextOffset);
    patience.gotOn();
    this.commit(batch.checkpoint);
  }

  /** A statement is behind this partition; it took `ms`. */
  crossed({ checkpoint, isLast }: Statement, ms: number): void {
    this.traces?.applied(checkpoint.nextOffset, ms);
    if (!isLast) return;
    const { settings, partition, patience } = this.parts;
    settings.board.crossed(partition.partition, checkpoint);
    patience.gotOn();
    this.commit(checkpoint);
  }

  readonly observer: ReaderObserver = {
    onFirst: (committed) => this.parts.settings.board.found(this.parts.partition.partition, committed),
    onHeartbeat: (committed, behind, next) => this.heartbeat(committed, behind, next),
    onRepeat: () => {},
    onRules: (revision) => {
      this.parts.settings.board.laneFollows(this.parts.partition.partition, revision);
      this.parts.log.info({ revision }, 'goes on by the new document');
    },
  };

  private heartbeat(committed: number, behind: bigint, next: bigint): void {
    const { settings, partition, watch } = this.parts;
    watch.hasBeats = true;
    settings.board.heartbeat(partition.partition, committed, behind);
    if (!this.idle.passes(behind)) return;
    settings.board.lanePasses(partition.partition, next);
    const due = this.idle.due(next, performance.now());
    if (due !== undefined) partition.commit(due.offset, offsetMetadata(settings.channelUid, due.identity));
  }

  private commit({ nextOffset, identity }: Checkpoint): void {
    const { settings, partition } = this.parts;
    this.idle.applied(nextOffset, identity);
    partition.commit(nextOffset, offsetMetadata(settings.channelUid, identity));
  }
}
