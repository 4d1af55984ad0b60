import type { StatusSnapshot } from '../../shared/control/status-publisher.ts';
import type { DdlEntry } from '../../shared/model/ddl-entry.ts';
import type { PipelineState, Reason, RowCounts, Status } from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { AppliedBatch } from './applier.ts';
import type { Checkpoint } from './checkpoint.ts';
import { skewNotes } from './clock-skew.ts';
import {
  type Halt,
  type LaneView,
  newLaneView,
  reasonOf,
  type Shown,
  sampleOf,
  stateOf,
  worstOf,
} from './lane-view.ts';
import type { Tally } from './tally.ts';
import { WorkCounts } from './work-counts.ts';

export type BoardIdentity = Pick<Status, 'site' | 'instance' | 'source'> & {
  channel: string;
  pipeline: string;
  topic: string;
};

/** What one pipeline tells about itself. Lanes write, the publisher reads. */
export class StatusBoard {
  readonly identity: BoardIdentity;
  private readonly lanes = new Map<number, LaneView>();
  private own: Shown = { state: 'starting', reason: undefined };
  private readonly counts = new WorkCounts();
  private known: number | undefined;
  private since = Date.now();
  private shown: PipelineState = 'starting';

  constructor(identity: BoardIdentity) {
    this.identity = identity;
  }

  /** The state of the pipeline itself, shown when no lane is worse. */
  set(state: PipelineState, reason?: Reason): void {
    this.own = { state, reason };
  }

  fail(error: ReplicationError): void {
    this.set(stateOf(error), reasonOf(error));
  }

  /** The newest revision of the document that is known here. */
  follows(revision: number): void {
    this.known = revision;
  }

  /** The revision by which a lane reads its partition. */
  laneFollows(partition: number, revision: number): void {
    this.updateLane(partition, { revision });
  }

  private get revision(): number | undefined {
    const followed = [...this.lanes.values()].flatMap(({ revision }) => revision ?? []);
    return followed.length > 0 ? Math.min(...followed) : this.known;
  }

  openLane(partition: number, end: () => bigint): void {
    this.lanes.set(partition, newLaneView(end));
  }

  closeLane(partition: number): void {
    this.lanes.delete(partition);
  }

  laneFailed(partition: number, error: ReplicationError): void {
    this.updateLane(partition, { state: stateOf(error), reason: reasonOf(error) });
  }

  laneReads(partition: number, next: bigint): void {
    this.lanes.get(partition)?.lag.begin(next);
    this.updateLane(partition, { next, state: 'running', reason: undefined });
  }

  applied(partition: number, batch: AppliedBatch): void {
    this.counts.applied(batch);
    if (!batch.isFinal) return;
    this.passed(partition, batch.checkpoint);
    if (batch.rows.size > 0) this.updateLane(partition, { batch: sampleOf(partition, batch) });
  }

  /** A heartbeat was read; it counts when the partition is applied up to `behind`. */
  heartbeat(partition: number, committedMicros: number, behind: bigint): void {
    this.lanes.get(partition)?.lag.heartbeat(committedMicros, behind);
  }

  /** Only heartbeats lie between what is applied and this offset. */
  lanePasses(partition: number, next: bigint): void {
    this.updateLane(partition, { next });
  }

  /** The first record that a lane is to apply was read. */
  found(partition: number, committedMicros: number): void {
    this.lanes.get(partition)?.lag.found(committedMicros);
  }

  /** What the watch over a lane has found; undefined: it gets on. */
  laneHalts(partition: number, halt: Halt | undefined): void {
    this.updateLane(partition, { halt });
  }

  /** Why a lane stands still although nothing is wrong; undefined: it goes on. */
  laneTells(partition: number, reason: Reason | undefined): void {
    this.updateLane(partition, { state: reason === undefined ? 'running' : 'waiting', reason });
  }

  /** What somebody should know of a lane although nothing is wrong; shown as long as the lane lives. */
  laneNotes(partition: number, note: string): void {
    this.updateLane(partition, { note });
  }

  crossed(partition: number, checkpoint: Checkpoint): void {
    this.counts.transactions += 1;
    this.passed(partition, checkpoint);
  }

  private passed(partition: number, checkpoint: Checkpoint): void {
    this.updateLane(partition, { next: checkpoint.nextOffset, applied: checkpoint });
    this.lanes.get(partition)?.lag.applied(checkpoint.nextOffset, checkpoint.committed);
  }

  /** What waits in quarantine, by table. */
  laneQuarantines(partition: number, tables: ReadonlyMap<string, number>): void {
    this.updateLane(partition, { quarantine: new Map(tables) });
  }

  /** Rows in quarantine, by table of the target. */
  get quarantine(): { rows: number; tables: Record<string, number> } {
    const tables: Record<string, number> = {};
    for (const { quarantine } of this.lanes.values())
      for (const [table, rows] of quarantine) tables[table] = (tables[table] ?? 0) + rows;
    return { rows: Object.values(tables).reduce((sum, rows) => sum + rows, 0), tables };
  }

  /** Rows that were parked and are applied now. */
  released(rows: Tally): void {
    this.counts.add(rows);
  }

  /** A statement of the source and what became of it. */
  statement(entry: DdlEntry): void {
    this.counts.statement(entry);
  }

  private updateLane(partition: number, change: Partial<LaneView>): void {
    const lane = this.lanes.get(partition);
    if (lane !== undefined) Object.assign(lane, change);
  }

  get totals(): RowCounts {
    return this.counts.rows;
  }

  /** What the status publisher asks for. */
  status(): ReturnType<StatusSnapshot> {
    const now = Date.now();
    const { topic, ...who } = this.identity;
    const lanes = [...this.lanes].sort(([a], [b]) => a - b);
    const worst = worstOf(
      this.own,
      lanes.map(([, lane]) => lane),
    );
    if (worst.state !== this.shown) {
      this.shown = worst.state;
      this.since = now;
    }
    const last = lanes.map(([, { applied }]) => applied).findLast((checkpoint) => checkpoint !== undefined);
    const lagMs = this.lagMs(now);
    const aheadMs = Math.max(0, ...lanes.map(([, { lag }]) => lag.aheadMs));
    const notes = [...lanes.flatMap(([, { note }]) => note ?? []), ...skewNotes(who.source, aheadMs)];
    return {
      role: 'loader',
      ...who,
      ...(this.revision === undefined ? {} : { revision: this.revision }),
      state: worst.state,
      ...(worst.reason === undefined ? {} : { reason: worst.reason }),
      ...(notes.length === 0 ? {} : { notes }),
      since: this.since,
      ...(last === undefined ? {} : { position: { gtidSet: last.gtid, file: last.file, position: last.position } }),
      offsets: lanes.map(([partition, { next, end }]) => ({
        topic,
        partition,
        next: String(next),
        end: String(end()),
      })),
      ...(lagMs === undefined ? {} : { lagMs }),
      ...this.counts.status(),
      quarantine: this.quarantine,
      batches: lanes.flatMap(([, { batch }]) => batch ?? []),
    };
  }

  /** Age of a change that was committed at this time, µs, as far as the clock of the source can be trusted. */
  ageMs(partition: number, committedMicros: number): number {
    const committedMs = committedMicros / 1_000;
    return this.lanes.get(partition)?.lag.ageMs(committedMs) ?? Math.max(0, Date.now() - committedMs);
  }

  /** That of the slowest partition; undefined until something is known. */
  lagMs(now = Date.now()): number | undefined {
    const lags = [...this.lanes.values()].flatMap(
      ({ lag, next, end, state }) => lag.ms(now, next < end() || state !== 'running') ?? [],
    );
    return lags.length === 0 ? undefined : Math.max(...lags);
  }
}
