import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import { cacheWriter } from './live-cache.ts';
import type { EventName, LiveEvent } from './types.ts';

/** Whether events arrive; undefined: that is not known yet. */
export type LiveState = 'live' | 'away' | undefined;

/** How long a connection may take before it counts as away. */
const OPEN_LIMIT_MS = 3_000;
/** A refused connection is tried again after this; one that was lost is the browser's to open again. */
const REFUSED_MS = 5_000;
const NAMES = [
  'status',
  'channel',
  'quarantine',
  'ddl',
  'alarm',
  'node',
  'reset',
] as const satisfies readonly EventName[];

const Live = createContext<LiveState>(undefined);
export const LiveProvider = Live.Provider;

export function useLiveState(): LiveState {
  return useContext(Live);
}

/** Keeps the cache at what the API's events tell while the window is seen; a page of a channel hears of that channel alone. */
export function useLiveEvents(location: string): LiveState {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>();
  const channel = /^\/channels\/([^/]+)/.exec(location)?.[1];
  const query = channel === undefined ? `statuses=${location === '/'}` : `channel=${channel}`;
  useEffect(() => {
    const take = cacheWriter(queries);
    const listenWhileSeen = (): (() => void) =>
      document.visibilityState === 'visible' ? listen(`/api/v1/events?${query}`, take, setState) : () => {};
    let end = listenWhileSeen();
    const change = (): void => {
      end();
      end = listenWhileSeen();
    };
    // NOTE a browser opens six connections to a server, over all its windows: those that nobody sees give theirs back.
    document.addEventListener('visibilitychange', change);
    return () => {
      document.removeEventListener('visibilitychange', change);
      end();
    };
  }, [queries, query]);
  return state;
}

/**
 * Listens until the returned function is called. A lost connection is opened again by the browser with the id of its last event, so nothing is missed;
 * whenever it begins without one, `reset` is told.
 */
function listen(url: string, take: (event: LiveEvent) => void, tell: (state: LiveState) => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    let isResumed = false;
    source = new EventSource(url);
    timer = setTimeout(() => tell('away'), OPEN_LIMIT_MS);
    source.onopen = () => {
      clearTimeout(timer);
      tell('live');
      if (!isResumed) take({ name: 'reset', data: {} });
      isResumed = true;
    };
    source.onerror = () => {
      clearTimeout(timer);
      tell('away');
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, REFUSED_MS);
    };
    for (const name of NAMES) {
      source.addEventListener(name, ({ data }) => take({ name, data: JSON.parse(data) } as LiveEvent));
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
