import type { ReactNode } from 'react';
import { Badge } from '../../../design/state-badge.tsx';
import { useWords } from '../../../words/words.ts';
import { documentWords } from './document-words.ts';
import type { DryRun } from './use-dry-run.ts';

/** In one line what applying would do. */
export function Verdict({ dryRun }: { dryRun: DryRun }): ReactNode {
  const words = useWords(documentWords);
  const { isChecking, reply, problems } = dryRun;
  if (isChecking) return <Badge>{words.checking}</Badge>;
  if (problems.length > 0) return <Badge tone="bad">{words.problems(problems.length)}</Badge>;
  if (reply === undefined) return null;
  const changed = reply.applied.filter(({ outcome }) => outcome !== 'unchanged');
  if (changed.length === 0) return <Badge>{words.unchanged}</Badge>;
  const parts = [...new Set(changed.flatMap((each) => each.changed))];
  return (
    <span className="row">
      <Badge tone="good">{words.valid}</Badge>
      {parts.length > 0 && <span className="muted head-note">{words.changes(parts.join(', '))}</span>}
    </span>
  );
}
