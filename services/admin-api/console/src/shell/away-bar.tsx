import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Problem } from '../api/client.ts';
import { Callout } from '../design/feedback.tsx';
import { useWords } from '../words/words.ts';
import { shellWords } from './shell-words.ts';

/** Says that the API does not answer while what was loaded before is still shown. */
export function AwayBar(): ReactNode {
  const words = useWords(shellWords);
  const queries = useQueryClient();
  const [isAway, setAway] = useState(false);
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ query }) => {
        const { error, data, fetchFailureReason } = query.state;
        const failure = error ?? fetchFailureReason;
        if (failure instanceof Problem && failure.status === 0) setAway(true);
        else if (failure === null && data !== undefined) setAway(false);
      }),
    [queries],
  );
  return isAway ? <Callout tone="warn">{words.apiAway}</Callout> : null;
}
