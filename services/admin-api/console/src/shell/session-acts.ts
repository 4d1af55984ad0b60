import { useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client.ts';

/** Ends the session here and at the server; what was loaded is forgotten. */
export function useLogOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await call('/session', { method: 'DELETE' }).catch(() => {});
    queries.clear();
    window.location.assign('/');
  };
}
