import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call, callText, Problem, type Query, setCsrfToken } from './client.ts';
import { useLiveState } from './live.ts';
import { isPushed } from './live-cache.ts';
import type { ChannelStatus, ChannelView, Session, StatusList } from './types.ts';

/** What pages ask the API for: one hook each. Live ones are asked again while they are shown. */

export const LIVE_MS = 2_000;
/** For what events tell of, while they arrive. */
const PUSHED_MS = 6_000;

/** Any GET of the API. `liveMs`: asked again so often, or seldom where events tell of it; left out: only when something says that it changed. */
export function useApi<T>(path: string, query: Query = {}, { liveMs }: { liveMs?: number } = {}): UseQueryResult<T> {
  const isTold = useLiveState() === 'live' && isPushed(path);
  return useQuery<T>({
    queryKey: [path, query],
    queryFn: () => call<T>(path, { query }),
    // What the same list showed before the filter changed; never what another channel showed.
    placeholderData: (before, query) => (query?.queryKey[0] === path ? before : undefined),
    ...(liveMs === undefined ? {} : { refetchInterval: isTold ? untilAsked : liveMs }),
  });
}

/** The ms until what events tell of is asked for again; events in between do not put it off. */
function untilAsked({ state: { dataUpdatedAt } }: { readonly state: { readonly dataUpdatedAt: number } }): number {
  return Math.max(LIVE_MS, dataUpdatedAt + PUSHED_MS - Date.now());
}

/** null: this admin API knows no users, and everybody may do everything. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({
    queryKey: ['/session'],
    queryFn: askSession,
    staleTime: 60_000,
  });
}

async function askSession(): Promise<Session | null> {
  try {
    const session = await call<Session>('/session');
    setCsrfToken(session.csrfToken);
    return session;
  } catch (error) {
    if (error instanceof Problem && error.isUnknownRoute) return null;
    throw error;
  }
}

export function useStatuses(query: Query): UseQueryResult<StatusList> {
  return useApi<StatusList>('/status', query, { liveMs: LIVE_MS });
}

export function useChannelStatus(name: string): UseQueryResult<ChannelStatus> {
  return useApi<ChannelStatus>(`/channels/${name}/status`, {}, { liveMs: 1_000 });
}

export function useChannel(name: string): UseQueryResult<ChannelView> {
  return useApi<ChannelView>(`/channels/${name}`);
}

/** The document as a person writes it. */
export function useDocumentText(name: string): UseQueryResult<string> {
  return useQuery({
    queryKey: [`/channels/${name}`, 'yaml'],
    queryFn: () => callText(`/channels/${name}`, { query: { format: 'yaml' } }),
  });
}
