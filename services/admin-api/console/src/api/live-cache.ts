import type { Query, QueryClient } from '@tanstack/react-query';
import type { ChannelStatus, LiveEvent } from './types.ts';

type ShownStatuses = { readonly items: readonly ChannelStatus[] };

const GATHER_MS = 200;
/** A process that was silent for longer than this has been shown as lost. */
const LOST_MS = 8_000;
const PUSHED = [/^\/status$/, /^\/alarms$/, /^\/nodes$/, /^\/channels\/[^/]+\/(status|ddl|quarantine)$/];

/** Whether events tell of what this path of the API answers. Only silence is left to asking: nobody tells that he has gone. */
export function isPushed(path: string): boolean {
  return PUSHED.some((pattern) => pattern.test(path));
}

/** What it is given changes the cache a moment later, many events at once: statuses are put in, what else is told of is asked for again where it is shown. */
export function cacheWriter(queries: QueryClient): (event: LiveEvent) => void {
  const statuses = new Map<string, ChannelStatus>();
  const stale = new Set<string>();
  const heard = new Map<string, number>();
  let isWaiting = false;
  const write = (): void => {
    isWaiting = false;
    putStatuses(queries, statuses);
    if (stale.size > 0) invalidate(queries, [...stale]);
    statuses.clear();
    stale.clear();
  };
  return (event) => {
    if (event.name === 'status') statuses.set(event.data.name, event.data);
    else for (const path of stalePaths(heard, event)) stale.add(path);
    if (isWaiting || (statuses.size === 0 && stale.size === 0)) return;
    isWaiting = true;
    setTimeout(write, GATHER_MS);
  };
}

/** Paths whose answers, with all below them, have changed; '': all. */
function stalePaths(heard: Map<string, number>, event: Exclude<LiveEvent, { name: 'status' }>): readonly string[] {
  switch (event.name) {
    case 'channel':
      return [`/channels/${event.data.name}`, '/status', '/overview', '/databases', '/audit'];
    case 'quarantine':
      return [`/channels/${event.data.channel}/quarantine`, `/channels/${event.data.channel}/pipelines`];
    case 'ddl':
      return [`/channels/${event.data.channel}/ddl`];
    case 'alarm':
      return ['/alarms', '/overview'];
    case 'node':
      return isBack(heard, event.data.instance) ? ['/nodes'] : [];
    case 'reset':
      return [''];
  }
}

/** Whether a process is new or was lost; a further report of one that works changes nothing. */
function isBack(heard: Map<string, number>, instance: string): boolean {
  const before = heard.get(instance);
  heard.set(instance, Date.now());
  return before === undefined || Date.now() - before > LOST_MS;
}

function invalidate(queries: QueryClient, paths: readonly string[]): void {
  const isStale = ({ queryKey: [key] }: Query): boolean =>
    typeof key === 'string' && paths.some((path) => key === path || key.startsWith(`${path}/`));
  void queries.invalidateQueries({ predicate: isStale });
}

function putStatuses(queries: QueryClient, statuses: ReadonlyMap<string, ChannelStatus>): void {
  for (const status of statuses.values()) {
    put<ChannelStatus>(queries, `/channels/${status.name}/status`, () => status);
  }
  if (statuses.size === 0) return;
  put<ShownStatuses>(queries, '/status', (list) => ({
    ...list,
    items: list.items.map((item) => statuses.get(item.name) ?? item),
  }));
}

/** Changes what is known of a path. The time at which it was asked for stays, so that it is asked for again in its turn. */
function put<T>(queries: QueryClient, path: string, change: (known: T) => T): void {
  for (const { queryKey, state } of queries.getQueryCache().findAll({ queryKey: [path] })) {
    if (state.data === undefined) continue;
    queries.setQueryData<T>(queryKey, change(state.data as T), { updatedAt: state.dataUpdatedAt });
  }
}
