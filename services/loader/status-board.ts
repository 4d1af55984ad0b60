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
import type { DriftKind } from './drift.ts';
import type { Tally } from './tally.ts';

type Counts = { inserts: number; updates: number; deletes: number };
/** Why a lane that works as it should does not get on. */
export type Halt = { readonly state: 'stalled' | 'waiting'; readonly reason: Reason };
type LaneView = {
  state: PipelineState;
  reason: Reason | undefined;
  halt: Halt | undefined;
  next: bigint;
  /** Revision of the channel's document that it follows. */
  revision: number | undefined;
  end: () => bigint;
  applied: Checkpoint | undefined;
  /** Rows in quarantine, by table of the target. */
  quarantine: ReadonlyMap<string, number>;
  /** Lag of what was last handled, ms, and when that was. */
  lag: { ms: number; committedMs: number } | undefined;
  /** The last batch with rows. */
  batch: AppliedSample | undefined;
  /** When the last heartbeat came; undefined when none ever did. */
  beatAt: number | undefined;
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

/** Heartbeats leave the selector once a second. */
const BEAT_LATE_MS = 4_000;

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
      next: 0n,
      revision: undefined,
      end,
      applied: undefined,
      quarantine: new Map(),
      lag: undefined,
      batch: undefined,
      beatAt: undefined,
    });
  }

  closeLane(partition: number): void {
    this.lanes.delete(partition);
  }

  laneFailed(partition: number, error: ReplicationError): void {
    this.updateLane(partition, { state: stateOf(error), reason: reasonOf(error) });
  }

  laneReads(partition: number, next: bigint): void {
    this.updateLane(partition, { next, state: 'running', reason: undefined });
  }

  applied(partition: number, batch: AppliedBatch): void {
    const { rows, drift, checkpoint, transactions, isFinal } = batch;
    this.transactions += transactions;
    this.count(rows);
    for (const { kind, rows: count } of drift) addTo(SKIPPED.has(kind) ? this.skipped : this.drift, kind, count);
    if (isFinal)
      this.updateLane(partition, {
        next: checkpoint.nextOffset,
        applied: checkpoint,
        lag: lagOf(checkpoint.committed),
        ...(rows.size === 0 ? {} : { batch: sampleOf(partition, batch) }),
      });
  }

  heartbeat(partition: number, committedMicros: number): void {
    this.updateLane(partition, { lag: lagOf(committedMicros), beatAt: Date.now() });
  }

  /** What the watch over a lane has found; undefined: it gets on. */
  laneHalts(partition: number, halt: Halt | undefined): void {
    this.updateLane(partition, { halt });
  }

  /** Why a lane stands still although nothing is wrong; undefined: it goes on. */
  laneTells(partition: number, reason: Reason | undefined): void {
    this.updateLane(partition, { state: reason === undefined ? 'running' : 'waiting', reason });
  }

  crossed(partition: number, checkpoint: Checkpoint): void {
    this.transactions += 1;
    this.updateLane(partition, { next: checkpoint.nextOffset, applied: checkpoint, lag: lagOf(checkpoint.committed) });
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
    return {
      role: 'loader',
      ...who,
      ...(this.revision === undefined ? {} : { revision: this.revision }),
      state: worst.state,
      ...(worst.reason === undefined ? {} : { reason: worst.reason }),
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

  /** Behind, or without a heartbeat: now - commit time of the newest change or heartbeat. Caught up: what the last one took. */
  lagMs(now = Date.now()): number | undefined {
    let most: number | undefined;
    for (const { lag, next, end, state, beatAt } of this.lanes.values()) {
      if (lag === undefined) continue;
      const isSilent = beatAt !== undefined && now - beatAt > BEAT_LATE_MS;
      const isBehind = next < end() || state !== 'running' || isSilent;
      const ms = isBehind ? Math.max(lag.ms, now - lag.committedMs) : lag.ms;
      if (most === undefined || ms > most) most = ms;
    }
    return most;
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

function lagOf(committedMicros: number): { ms: number; committedMs: number } {
  const committedMs = committedMicros / 1000;
  return { ms: Math.max(0, Math.round(Date.now() - committedMs)), committedMs };
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
