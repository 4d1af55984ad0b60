import type { ChannelStatus, PipelineView, Reason, State } from '../../api/types.ts';
import { WORST_FIRST } from '../../design/state-badge.tsx';

export type Summary = {
  readonly name: string;
  /** The worst of its pipelines, and why. */
  readonly state: State;
  readonly reason: Reason | undefined;
  readonly routes: readonly string[];
  /** The longest of its pipelines, ms. */
  readonly lagMs: number | undefined;
  readonly rowsPerSecond: number;
  readonly held: number;
  readonly quarantined: number;
};

/** A channel in one line. */
export function summaryOf({ name, desired, pipelines }: ChannelStatus): Summary {
  const worst = pipelines.toSorted((a, b) => rankOf(a.state) - rankOf(b.state))[0];
  const lags = pipelines.flatMap(({ lagMs }) => lagMs ?? []);
  return {
    name,
    state: worst?.state ?? (desired === 'paused' ? 'paused' : 'starting'),
    reason: worst?.reason,
    routes: pipelines.map(({ from, to }) => `${from} → ${to}`),
    lagMs: lags.length === 0 ? undefined : Math.max(...lags),
    rowsPerSecond: sum(pipelines, ({ rowsPerSecond }) => rowsPerSecond),
    held: sum(pipelines, ({ loader }) => loader?.ddl?.held.length ?? 0),
    quarantined: sum(pipelines, ({ loader }) => loader?.quarantine?.rows ?? 0),
  };
}

/** Whether a person has something to do. */
export function needsYou({ state, held, quarantined }: Summary): boolean {
  return (
    held > 0 || quarantined > 0 || state === 'blocked' || state === 'gap' || state === 'lost' || state === 'stalled'
  );
}

function rankOf(state: State): number {
  return WORST_FIRST.indexOf(state);
}

function sum(pipelines: readonly PipelineView[], count: (pipeline: PipelineView) => number): number {
  return pipelines.reduce((total, pipeline) => total + count(pipeline), 0);
}
