import type { Channel, Database, Pipeline } from '../../shared/model/channel.ts';
import type { PipelineState, Reason, RowCounts, Status } from '../../shared/model/status.ts';
import { sourceId } from '../../topics/topics.ts';
import type { PipelineView, ProcessView } from './api-schemas.ts';
import type { Observed } from './status-view.ts';

/** A process writes its status at least every 3 s; one that has been silent for longer than this is lost. */
export const LOST_AFTER_MS = 6_000;
const AT_REST: ReadonlySet<PipelineState> = new Set(['standby', 'paused', 'stopped']);

/**
 * One state for a pipeline out of its selector's and its loaders': paused when asked so; else the worst of them, in the order
 * lost, gap, blocked, stalled, waiting, standby, starting, stopped, running. The reason is that of the process the state comes from.
 */
export function pipelineView(
  channel: Channel,
  pipeline: Pipeline,
  observed: readonly Observed[],
  now: number,
): PipelineView {
  const from = channel.resolved[pipeline.from];
  const source = from === undefined ? pipeline.from : sourceId(from.site, pipeline.from);
  const isSelector = (status: Status): boolean => status.role === 'selector' && status.source === source;
  const isLoader = (status: Status): boolean =>
    status.role === 'loader' && status.channel === channel.name && status.pipeline === pipeline.name;
  const selector = processView(
    observed.filter(({ status }) => isSelector(status)),
    now,
  );
  const loader = loaderView(
    observed.filter(({ status }) => isLoader(status)),
    now,
  );
  const standby = observed
    .filter(({ status, seenAt }) => (isSelector(status) || isLoader(status)) && isOnStandby(status, now - seenAt))
    .map(({ status }) => `${status.role} ${status.instance}`);
  const { state, reason } = combined(channel, pipeline, selector, loader);
  const shown = loader ?? selector;
  return {
    name: pipeline.name,
    from: pipeline.from,
    to: pipeline.to,
    source,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(shown === undefined ? {} : { since: shown.since }),
    ...(loader?.lagMs === undefined ? {} : { lagMs: loader.lagMs }),
    rowsPerSecond: loader === undefined || loader.isLost ? 0 : loader.rowsPerSecond,
    ...(loader?.position === undefined ? {} : { position: loader.position }),
    ...(loader?.offsets === undefined ? {} : { offsets: loader.offsets }),
    ...(loader === undefined ? {} : { rows: loader.rows }),
    ...(selector === undefined ? {} : { selector }),
    ...(loader === undefined ? {} : { loader }),
    ...(standby.length === 0 ? {} : { standby: standby.toSorted() }),
  };
}

function isOnStandby({ state }: Status, ageMs: number): boolean {
  return state === 'standby' && ageMs <= LOST_AFTER_MS;
}

/** The process at work among all that ever reported: one that lives before one that is lost, one that runs before a standby, then the newest. */
function processView(observed: readonly Observed[], now: number): ProcessView | undefined {
  const [best] = observed
    .map(({ status, seenAt }) => ({ status, ageMs: Math.max(0, now - seenAt), seenAt }))
    .toSorted((a, b) => isLost(a) - isLost(b) || standsBy(a.status) - standsBy(b.status) || b.seenAt - a.seenAt);
  if (best === undefined) return undefined;
  const { channel: _channel, pipeline: _pipeline, at: _at, batches: _batches, ...shown } = best.status;
  return { ...shown, ageMs: best.ageMs, isLost: isLost(best) === 1 };
}

function isLost({ ageMs }: { ageMs: number }): 0 | 1 {
  return ageMs > LOST_AFTER_MS ? 1 : 0;
}

function standsBy(status: Status): 0 | 1 {
  return AT_REST.has(status.state) ? 1 : 0;
}

/** Several loaders share the partitions of a pipeline: one view with the offsets and counts of all that live, in the worst of their states. */
function loaderView(observed: readonly Observed[], now: number): ProcessView | undefined {
  const sharing = observed.filter(
    ({ status, seenAt }) =>
      now - seenAt <= LOST_AFTER_MS && !AT_REST.has(status.state) && (status.offsets ?? []).length > 0,
  );
  if (sharing.length < 2) return processView(observed, now);
  const views = sharing.flatMap((one) => processView([one], now) ?? []);
  const [worst, ...others] = views.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return worst === undefined ? undefined : others.reduce(together, worst);
}

function together(a: ProcessView, b: ProcessView): ProcessView {
  const lags = [a.lagMs, b.lagMs].filter((ms) => ms !== undefined);
  const tables = { ...a.tables };
  for (const [name, counts] of Object.entries(b.tables)) tables[name] = sum(tables[name], counts);
  return {
    ...a,
    offsets: [...(a.offsets ?? []), ...(b.offsets ?? [])].toSorted((x, y) => x.partition - y.partition),
    ...(lags.length === 0 ? {} : { lagMs: Math.max(...lags) }),
    rowsPerSecond: a.rowsPerSecond + b.rowsPerSecond,
    transactions: a.transactions + b.transactions,
    rows: sum(a.rows, b.rows),
    tables,
  };
}

function sum(a: RowCounts | undefined, b: RowCounts): RowCounts {
  return {
    inserts: (a?.inserts ?? 0) + b.inserts,
    updates: (a?.updates ?? 0) + b.updates,
    deletes: (a?.deletes ?? 0) + b.deletes,
  };
}

type Verdict = { state: PipelineState | 'lost'; reason?: Reason | undefined };
const ORDER: readonly Verdict['state'][] = [
  'lost',
  'gap',
  'blocked',
  'stalled',
  'waiting',
  'standby',
  'starting',
  'stopped',
  'paused',
  'running',
];

function combined(
  channel: Channel,
  pipeline: Pipeline,
  selector: ProcessView | undefined,
  loader: ProcessView | undefined,
): Verdict {
  if (channel.state === 'paused') return { state: 'paused' };
  const verdicts = [
    processVerdict('selector', channel.resolved[pipeline.from], selector),
    processVerdict('loader', channel.resolved[pipeline.to], loader),
  ];
  const [worst] = verdicts.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return worst ?? { state: 'starting' };
}

function processVerdict(
  role: 'selector' | 'loader',
  database: Database | undefined,
  process: ProcessView | undefined,
): Verdict {
  const site = database?.site ?? 'unknown';
  if (process === undefined) {
    const message = `no ${role} of site ${site} has reported about it`;
    const remedy = `start the ${role} of site ${site}; when it runs, look whether its status reaches this site (MirrorMaker)`;
    return { state: 'waiting', reason: { code: `${role.toUpperCase()}_ABSENT`, message, remedy } };
  }
  if (process.isLost) {
    const message = `the ${role} ${process.instance} of site ${site} has not reported for ${Math.round(process.ageMs / 1000)} s`;
    const remedy = `start the ${role} of site ${site} again, or look at its log; when it runs, look whether its status reaches this site (MirrorMaker)`;
    return { state: 'lost', reason: { code: `${role.toUpperCase()}_LOST`, message, remedy } };
  }
  return { state: process.state, reason: process.reason };
}
