import type { ReactNode } from 'react';
import { Diff } from '../../../design/diff.tsx';
import { Callout, ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { useWords } from '../../../words/words.ts';
import { historyWords } from './history-words.ts';
import { useRollbackPreview } from './use-rollback-preview.ts';

/** What rolling back would change in the present document, asked of the API. */
export function RollbackDiff({ name, revision }: { name: string; revision: number }): ReactNode {
  const words = useWords(historyWords);
  const { data, error, refetch } = useRollbackPreview(name, revision);
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton height={160} />;
  if (data.diff === '') return <Callout tone="info">{words.same}</Callout>;
  return (
    <div className="stack-s">
      <p className="muted">{words.differenceAbout}</p>
      <Diff text={data.diff} />
      {data.notes.map((note) => (
        <Callout key={note} tone="info">
          {note}
        </Callout>
      ))}
    </div>
  );
}
