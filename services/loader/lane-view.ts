import type { AppliedSample, PipelineState, Reason } from '../../shared/model/status.ts';
import type { ReplicationError } from '../../shared/runtime/errors.ts';
import type { AppliedBatch } from './applier.ts';
import type { Checkpoint } from './checkpoint.ts';
import { LaneLag } from './lane-lag.ts';

/** Why a lane that works as it should does not get on. */
export type Halt = { readonly state: 'stalled' | 'waiting'; readonly reason: Reason };
export type LaneView = {
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

export function newLaneView(end: () => bigint): LaneView {
  return {
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
  };
}

export type Shown = { readonly state: PipelineState; readonly reason: Reason | undefined };

/** The worst of what a pipeline and its lanes show. */
export function worstOf(own: Shown, lanes: readonly LaneView[]): Shown {
  return lanes.map(shownOf).reduce((a, b) => (severity(b) > severity(a) ? b : a), own);
}

function shownOf({ state, reason, halt }: LaneView): Shown {
  return halt !== undefined && (state === 'running' || state === 'starting') ? halt : { state, reason };
}

function severity({ state }: Shown): number {
  return SEVERITY.indexOf(state);
}

export function sampleOf(
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

export function reasonOf({ code, message, remedy }: ReplicationError): Reason {
  return { code, message, remedy };
}

export function stateOf(error: ReplicationError): PipelineState {
  if (error.code === 'STREAM_GAP') return 'gap';
  return error.treatment === 'block' || error.treatment === 'stop' ? 'blocked' : 'waiting';
}
