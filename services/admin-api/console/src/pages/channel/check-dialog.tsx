import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import type { CheckReply } from '../../api/types.ts';
import { Dialog } from '../../design/dialog.tsx';
import { Callout, ErrorState, ReasonCallout, Skeleton } from '../../design/feedback.tsx';
import { useWords } from '../../words/words.ts';
import { channelWords } from './channel-words.ts';

/** Source check and target check of what a route checks: a channel, or `yaml` that is not stored. */
export function CheckDialog({ path, yaml, onClose }: { path: string; yaml?: string; onClose: () => void }): ReactNode {
  const words = useWords(channelWords);
  return (
    <Dialog title={words.checkTitle} wide onClose={onClose}>
      <CheckResult path={path} {...(yaml === undefined ? {} : { yaml })} />
    </Dialog>
  );
}

export function CheckResult({ path, yaml }: { path: string; yaml?: string }): ReactNode {
  const words = useWords(channelWords);
  const { data, error, refetch } = useQuery({
    queryKey: ['check', path, yaml],
    queryFn: () => call<CheckReply>(path, { method: 'POST', ...(yaml === undefined ? {} : { yaml }) }),
    staleTime: 0,
    gcTime: 0,
  });
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (data === undefined) {
    return (
      <div className="stack-s" aria-busy="true">
        <p className="muted">{words.checkAsks}</p>
        <Skeleton height={64} />
      </div>
    );
  }
  return data.checks.map(({ channel, side, database, address, problems }) => (
    <section key={`${channel} ${side} ${database}`} className="stack-s">
      <h3>
        {database}{' '}
        <span className="muted">
          {side === 'source' ? words.asSource : words.asTarget} · {address}
        </span>
      </h3>
      {problems.length === 0 && <Callout tone="good">{words.checkFine}</Callout>}
      {problems.map((problem) => (
        <ReasonCallout
          key={`${problem.code} ${problem.message}`}
          reason={problem}
          tone={problem.severity === 'error' ? 'bad' : 'warn'}
        />
      ))}
    </section>
  ));
}
