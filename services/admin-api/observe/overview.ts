import { channelStatus } from '../channel-status.ts';
import type { Overview } from '../schemas/overview.ts';
import type { PipelineView } from '../schemas/status.ts';
import type { AdminParts } from '../server.ts';
import { diagnose } from './diagnostics.ts';

const WORST = 10;
const SHOWN_ALARMS = 5;
const URGENT: readonly string[] = ['lost', 'gap', 'blocked', 'stalled', 'waiting'];

/** What the first page shows; everything comes from memory. Errors: KAFKA_UNREACHABLE until the channels have been read. */
export function overviewOf(parts: AdminParts): Overview {
  const { channels, statuses, alarms, observatory, config } = parts;
  const all = [...channels.all().values()];
  const pipelines = all.flatMap((channel) =>
    channelStatus(channel, parts).pipelines.map((view) => ({ channel: channel.name, view })),
  );
  const states: Overview['pipelines'] = {};
  for (const { view } of pipelines) states[view.state] = (states[view.state] ?? 0) + 1;
  const sum = (of: (view: PipelineView) => number): number =>
    pipelines.reduce((total, { view }) => total + of(view), 0);
  const open = alarms.list().filter(({ state }) => state === 'open');
  const running = all.filter(({ state }) => state === 'running').length;
  const sites = [...config.sites.keys()];
  const { links } = diagnose({
    ...{ nodes: statuses.nodes, mirrors: observatory.mirrors, channels: all, sites },
    ...{ controlSite: config.site, instance: config.instance },
  });
  return {
    channels: { total: all.length, running, paused: all.length - running },
    pipelines: states,
    rowsPerSecond: sum(({ rowsPerSecond }) => rowsPerSecond),
    quarantined: sum(({ loader }) => loader?.quarantine?.rows ?? 0),
    heldStatements: sum(({ loader }) => loader?.ddl?.held.length ?? 0),
    nodes: countNodes(parts),
    brokenLinks: links.filter(({ ok }) => !ok).length,
    openAlarms: open.length,
    alarms: open.slice(0, SHOWN_ALARMS),
    worst: pipelines
      .filter(({ view }) => view.state !== 'paused')
      .toSorted((a, b) => urgency(a.view) - urgency(b.view) || (b.view.lagMs ?? 0) - (a.view.lagMs ?? 0))
      .slice(0, WORST)
      .map(({ channel, view }) => ({
        channel,
        pipeline: view.name,
        state: view.state,
        ...(view.lagMs === undefined ? {} : { lagMs: view.lagMs }),
        ...(view.reason === undefined ? {} : { reason: view.reason }),
      })),
  };
}

function urgency({ state }: PipelineView): number {
  const at = URGENT.indexOf(state);
  return at < 0 ? URGENT.length : at;
}

function countNodes({ statuses }: AdminParts): Overview['nodes'] {
  const counts = new Map<string, Overview['nodes'][number]>();
  for (const { site, role, state } of statuses.nodes.list([])) {
    const key = `${site} ${role}`;
    const count = counts.get(key) ?? { site, role, up: 0, lost: 0 };
    count[state]++;
    counts.set(key, count);
  }
  return [...counts.values()];
}
