import { Construction } from 'lucide-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../design/feedback.tsx';
import { PageHead, Panel } from '../design/page.tsx';
import { useWords } from '../words/words.ts';
import { shellWords } from './shell-words.ts';

/** Stands where a page of the navigation does not exist yet. */
export function Coming({ title }: { title: string }): ReactNode {
  const words = useWords(shellWords);
  return (
    <div className="stack">
      <PageHead title={title} />
      <Panel>
        <EmptyState icon={<Construction size={28} aria-hidden />} title={words.comingTitle}>
          {words.coming}
        </EmptyState>
      </Panel>
    </div>
  );
}
