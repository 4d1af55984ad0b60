import type { ReactNode } from 'react';
import { Problem } from '../api/client.ts';
import { useSession } from '../api/queries.ts';
import { ErrorState, Skeleton } from '../design/feedback.tsx';
import { ChangePassword } from '../pages/login/change-password.tsx';
import { Gate } from '../pages/login/gate.tsx';
import { Login } from '../pages/login/login.tsx';
import { SetUp } from '../pages/login/set-up.tsx';

/** Lets the pages in when somebody is logged in, or when this admin API knows no users; else asks for what is needed. */
export function SessionGate({ children }: { children: ReactNode }): ReactNode {
  const { data: session, error, refetch } = useSession();
  if (error instanceof Problem && error.code === 'SETUP_NEEDED') return <SetUp />;
  if (error instanceof Problem && error.status === 401) return <Login />;
  if (session?.mustChangePassword === true) return <ChangePassword name={session.user.name} />;
  if (session !== undefined) return children;
  return <Gate>{error === null ? <Skeleton height={160} /> : <ErrorState error={error} onRetry={refetch} />}</Gate>;
}
