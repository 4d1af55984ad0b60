import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Problem } from './api/client.ts';
import { Notices } from './design/notices.tsx';
import { PreferencesProvider } from './shell/preferences.tsx';
import { SessionGate } from './shell/session-gate.tsx';
import { Shell } from './shell/shell.tsx';

/** The whole console: preferences, data, session, then the page of the address. */
export function App(): ReactNode {
  const [queries] = useState(makeQueries);
  return (
    <PreferencesProvider>
      <QueryClientProvider client={queries}>
        <Notices>
          <SessionGate>
            <Shell />
          </SessionGate>
        </Notices>
      </QueryClientProvider>
    </PreferencesProvider>
  );
}

/** What the API refuses is shown at once; only what is away is asked for again. A refusal for want of a log-in lets the gate look. */
function makeQueries(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        if (queryKey[0] !== '/session' && error instanceof Problem && error.needsLogIn) {
          void queries.invalidateQueries({ queryKey: ['/session'] });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        retry: (failures, error) => failures < 2 && error instanceof Problem && error.isAway,
        refetchOnWindowFocus: true,
      },
    },
  });
  return queries;
}
