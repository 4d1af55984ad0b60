import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from '../../../api/client.ts';
import type { DiffView } from '../../../api/types.ts';

/** What rolling a channel back to a revision would change; nothing is stored. */
export function useRollbackPreview(name: string, revision: number): UseQueryResult<DiffView> {
  return useQuery({
    queryKey: [`/channels/${name}/rollback`, revision],
    queryFn: () =>
      call<DiffView>(`/channels/${name}/rollback`, { method: 'POST', json: { revision }, query: { dryRun: true } }),
    retry: false,
    gcTime: 0,
  });
}
