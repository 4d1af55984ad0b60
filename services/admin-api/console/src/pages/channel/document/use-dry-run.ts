import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call, Problem } from '../../../api/client.ts';
import type { ApplyReply, DocumentProblem } from '../../../api/types.ts';

export type DryRun = {
  readonly isChecking: boolean;
  /** Absent while it is checked or when it is not valid. */
  readonly reply: ApplyReply | undefined;
  readonly problems: readonly DocumentProblem[];
  /** What kept the check from being made. */
  readonly error: Problem | undefined;
};
const PAUSE_MS = 500;
const NONE: readonly DocumentProblem[] = [];

/** What applying a text would do, asked when the writer pauses. */
export function useDryRun(text: string, { enabled = true }: { enabled?: boolean } = {}): DryRun {
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['dry-run', asked],
    queryFn: () => call<ApplyReply>('/apply', { method: 'POST', yaml: asked, query: { dryRun: true } }),
    enabled: enabled && asked.trim() !== '',
    staleTime: 5_000,
    retry: false,
  });
  const problem = error instanceof Problem ? error : undefined;
  const isStale = asked !== text;
  return {
    isChecking: enabled && (isFetching || isStale),
    reply: isStale || problem !== undefined ? undefined : data,
    problems: problem?.problems ?? NONE,
    error: problem !== undefined && problem.problems.length === 0 ? problem : undefined,
  };
}
