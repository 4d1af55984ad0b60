import type { AlarmDesk } from '../alarms/alarm-desk.ts';
import { channelStatus } from '../channel-status.ts';
import type { ChannelStore } from '../channel-store.ts';
import type { StatusView } from '../status-view.ts';
import type { EventHub } from './event-hub.ts';
import { nodeOf } from './node-view.ts';

const LOOK_MS = 1_000;

type Parts = {
  readonly channels: ChannelStore;
  readonly statuses: StatusView;
  readonly alarms: AlarmDesk;
  readonly hub: EventHub;
};
type Waiting = Record<'statuses' | 'quarantines' | 'statements', Set<string>>;

/**
 * Turns what arrives into events: the status of a channel at most once a second however many of its processes tell, and only while somebody listens.
 * Ends with the signal.
 */
export function tellLive(parts: Parts, signal: AbortSignal): void {
  const { hub, statuses, alarms } = parts;
  const waiting: Waiting = { statuses: new Set(), quarantines: new Set(), statements: new Set() };
  const counts = new Map<string, string>();
  const sources = new Set<string>();
  statuses.onStatus(({ role, channel, pipeline, source, quarantine, ddl }) => {
    if (role === 'selector') sources.add(source);
    if (channel === undefined) return;
    waiting.statuses.add(channel);
    const name = `${channel}/${pipeline}`;
    const rows = `rows ${quarantine?.rows ?? 0}`;
    const held = `${ddl?.applied ?? 0} ${ddl?.skipped ?? 0} ${(ddl?.held ?? []).map(({ id }) => id).join()}`;
    if (changed(counts, `quarantine ${name}`, rows)) waiting.quarantines.add(channel);
    if (changed(counts, `ddl ${name}`, held)) waiting.statements.add(channel);
  });
  statuses.nodes.onReport((seen) => {
    if (!hub.isHeard) return;
    hub.publish('node', nodeOf(seen, [], Date.now()));
  });
  alarms.onAlarm((alarm) => hub.publish('alarm', alarm, alarm.channel));
  let revisions: Map<string, number> | undefined;
  const timer = setInterval(() => {
    if (parts.channels.trouble !== undefined) return;
    // What was there when this process had read the channels is no news.
    revisions ??= new Map(parts.channels.found);
    tellChannels(parts, revisions);
    addReaders(parts, sources, waiting.statuses);
    tellWaiting(parts, waiting);
  }, LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Channels whose source has told something. */
function addReaders({ channels }: Parts, sources: Set<string>, names: Set<string>): void {
  if (sources.size === 0) return;
  for (const { name, pipelines, resolved } of channels.all().values()) {
    if (pipelines.some(({ from }) => sources.has(`${resolved[from]?.site}.${from}`))) names.add(name);
  }
  sources.clear();
}

function tellWaiting(parts: Parts, { statuses, quarantines, statements }: Waiting): void {
  const { hub, channels } = parts;
  if (hub.isHeard) {
    for (const name of statuses) {
      const channel = channels.all().get(name);
      if (channel !== undefined) hub.publish('status', channelStatus(channel, parts), name);
    }
    for (const channel of quarantines) hub.publish('quarantine', { channel }, channel);
    for (const channel of statements) hub.publish('ddl', { channel }, channel);
  }
  for (const names of [statuses, quarantines, statements]) names.clear();
}

function tellChannels({ channels, hub }: Parts, revisions: Map<string, number>): void {
  for (const { name, revision } of channels.all().values()) {
    if (revisions.get(name) === revision) continue;
    revisions.set(name, revision);
    hub.publish('channel', { name, outcome: 'changed', revision }, name);
  }
  for (const name of revisions.keys()) {
    if (channels.all().has(name)) continue;
    revisions.delete(name);
    hub.publish('channel', { name, outcome: 'deleted' }, name);
  }
}

/** False the first time. */
function changed(known: Map<string, string>, name: string, mark: string): boolean {
  const before = known.get(name);
  known.set(name, mark);
  return before !== undefined && before !== mark;
}
