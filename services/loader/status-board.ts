import type { StatusSnapshot } from '../../shared/control/status-publisher.ts';
import type { DdlEntry } from '../../shared/model/ddl-entry.ts';
import type {
  AppliedSample,
  HeldStatement,
  PipelineState,
  Reason,
  RowCounts,
  Status,
} from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { AppliedBatch } from './applier.ts';
import type { Checkpoint } from './checkpoint.ts';
import { skewNotes } from './clock-skew.ts';
import type { DriftKind } from './drift.ts';
import { LaneLag } from './lane-lag.ts';
import type { Tally } from './tally.ts';

type Counts = { inserts: number; updates: number; deletes: number };
/** Why a lane that works as it should does not get on. */
export type Halt = { readonly state: 'stalled' | 'waiting'; readonly reason: Reason };
type LaneView = {
  state: PipelineState;
  reason: Reason | undefined;
  halt: Halt | undefined;
  note: string | undefined;
  next: bigint;
  /** Revision of the channel's document that it follows. */
  revision: number | undefined;
  end: () => bigint;
  applied: Checkpoint | undefined;
  /** Rows in quarantine, by table of the target. */
  quarantine: ReadonlyMap<string, number>;
  readonly lag: LaneLag;
  /** The last batch with rows. */
  batch: AppliedSample | undefined;
};

/** The worst state of its partitions is the state of a pipeline. */
const SEVERITY: readonly PipelineState[] = [
  'stopped',
  'running',
  'standby',
  'starting',
  'paused',
  'waiting',
  'stalled',
  'blocked',
  'gap',
];

/** Kinds of drift that are work left out. */
const SKIPPED: ReadonlySet<string> = new Set<DriftKind>(['noKey', 'repeatKeyless', 'repeatOrphan']);

export type BoardIdentity = Pick<Status, 'site' | 'instance' | 'source'> & {
  channel: string;
  pipeline: string;
  topic: string;
};

/** What one pipeline tells about itself. Lanes write, the publisher reads. */
export class StatusBoard {
  readonly identity: BoardIdentity;
  private readonly lanes = new Map<number, LaneView>();
  private own: { state: PipelineState; reason: Reason | undefined } = { state: 'starting', reason: undefined };
  private readonly rows: Counts = { inserts: 0, updates: 0, deletes: 0 };
  private readonly tables = new Map<string, Counts>();
  private transactions = 0;
  private known: number | undefined;
  private readonly skipped = new Map<string, number>();
  private readonly drift = new Map<string, number>();
  private readonly settled = { applied: new Set<string>(), skipped: new Set<string>() };
  private readonly held = new Map<string, HeldStatement>();
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
    this.lanes.set(partition, {
      state: 'starting',
      reason: undefined,
      halt: undefined,
      note: undefined,
      next: 0n,
      revision: undefined,
      end,
      applied: undefined,
      quarantine: new Map(),
      lag: new LaneLag(),
      batch: undefined,
    });
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
    const { rows, drift, checkpoint, transactions, isFinal } = batch;
    this.transactions += transactions;
    this.count(rows);
    for (const { kind, rows: count } of drift) addTo(SKIPPED.has(kind) ? this.skipped : this.drift, kind, count);
    if (!isFinal) return;
    this.passed(partition, checkpoint);
    if (rows.size > 0) this.updateLane(partition, { batch: sampleOf(partition, batch) });
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
    this.transactions += 1;
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
    this.count(rows);
  }

  /** A statement of the source and what became of it. */
  statement({ id, words, tables, state, reason }: DdlEntry): void {
    if (state === 'applied' || state === 'skipped') this.settled[state].add(id);
    if (state === 'held' && reason !== undefined) this.held.set(id, { id, words, tables: tables.slice(0, 20), reason });
    else this.held.delete(id);
  }

  private count(rows: Tally): void {
    for (const [name, counts] of rows) {
      add(this.rows, counts);
      add(this.tables.get(name) ?? this.newTable(name), counts);
    }
  }

  private newTable(name: string): Counts {
    const counts = { inserts: 0, updates: 0, deletes: 0 };
    this.tables.set(name, counts);
    return counts;
  }

  private updateLane(partition: number, change: Partial<LaneView>): void {
    const lane = this.lanes.get(partition);
    if (lane !== undefined) Object.assign(lane, change);
  }

  get totals(): RowCounts {
    return this.rows;
  }

  /** What the status publisher asks for. */
  status(): ReturnType<StatusSnapshot> {
    const now = Date.now();
    const { topic, ...who } = this.identity;
    const lanes = [...this.lanes].sort(([a], [b]) => a - b);
    const worst = [this.own, ...lanes.map(([, lane]) => shownOf(lane))].reduce((a, b) =>
      severity(b) > severity(a) ? b : a,
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
      transactions: this.transactions,
      rows: { ...this.rows },
      tables: Object.fromEntries([...this.tables].map(([name, counts]) => [name, { ...counts }])),
      ddl: {
        applied: this.settled.applied.size,
        skipped: this.settled.skipped.size,
        held: [...this.held.values()].slice(0, 20),
      },
      quarantine: this.quarantine,
      batches: lanes.flatMap(([, { batch }]) => batch ?? []),
      ...(this.drift.size === 0 ? {} : { drift: Object.fromEntries(this.drift) }),
      ...(this.skipped.size === 0 ? {} : { skipped: Object.fromEntries(this.skipped) }),
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

function addTo(counts: Map<string, number>, kind: string, count: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count);
}

function add(sum: Counts, counts: RowCounts): void {
  sum.inserts += counts.inserts;
  sum.updates += counts.updates;
  sum.deletes += counts.deletes;
}

function shownOf({ state, reason, halt }: LaneView): { state: PipelineState; reason: Reason | undefined } {
  return halt !== undefined && (state === 'running' || state === 'starting') ? halt : { state, reason };
}

function severity({ state }: { state: PipelineState }): number {
  return SEVERITY.indexOf(state);
}

function sampleOf(
  partition: number,
  { rows, transactions, bytes, checkpoint, publishedAt, arrivedAt, ms }: AppliedBatch,
): AppliedSample {
  let count = 0;
  for (const { inserts, updates, deletes } of rows.values()) count += inserts + updates + deletes;
  const endedAt = Date.now();
  const committedAt = Math.round(checkpoint.committed / 1_000);
  const startedAt = Math.round(endedAt - ms);
  return { partition, rows: count, transactions, bytes, committedAt, publishedAt, arrivedAt, startedAt, endedAt };
}

function reasonOf({ code, message, remedy }: ReplicationError): Reason {
  return { code, message, remedy };
}

function stateOf(error: ReplicationError): PipelineState {
  if (error.code === 'STREAM_GAP') return 'gap';
  return error.treatment === 'block' || error.treatment === 'stop' ? 'blocked' : 'waiting';
}
