import type { ReactNode } from 'react';
import { PageHead } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { TokenPanel } from './token-panel.tsx';
import { UserPanel } from './user-panel.tsx';
import { usersWords } from './users-words.ts';

/** Who may do what: users with their roles, and API tokens. */
export default function UsersPage(): ReactNode {
  const words = useWords(usersWords);
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <UserPanel />
      <TokenPanel />
    </div>
  );
}
