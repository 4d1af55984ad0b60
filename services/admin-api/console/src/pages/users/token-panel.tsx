import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import type { TokenList, TokenView } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { List } from '../../design/list.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { NewTokenDialog } from './new-token-dialog.tsx';
import { usersWords } from './users-words.ts';

export function TokenPanel(): ReactNode {
  const words = useWords(usersWords);
  const format = useFormat();
  const answer = useApi<TokenList>('/tokens', { limit: 1000 });
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<TokenView>();
  return (
    <>
      <List
        label={words.tokens}
        keyOf={({ id }) => id}
        answer={answer}
        empty={{ icon: KeyRound, title: words.noTokens, about: words.noTokensAbout }}
        title={
          <>
            {words.tokens} <span className="muted head-note">{words.tokensAbout}</span>
          </>
        }
        actions={
          <Button
            icon={<Plus size={15} aria-hidden />}
            disabled={answer.error !== null}
            onClick={() => setMaking(true)}
          >
            {words.addToken}
          </Button>
        }
        columns={[
          { key: 'name', head: words.purpose, cell: ({ name }) => <span className="cell-main">{name}</span> },
          { key: 'owner', head: words.owner, cell: ({ owner }) => owner },
          { key: 'role', head: words.role, cell: ({ role }) => words[role] },
          { key: 'created', head: words.created, cell: ({ createdAt }) => format.time(createdAt) },
          {
            key: 'ends',
            head: words.ends,
            cell: ({ expiresAt }) => (expiresAt === undefined ? words.never : format.time(expiresAt)),
          },
          {
            key: 'acts',
            head: '',
            isNumber: true,
            cell: (token) => (
              <Button look="danger" onClick={() => setRevoked(token)}>
                {words.revoke}
              </Button>
            ),
          },
        ]}
      />
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
      {revoked !== undefined && <RevokeDialog token={revoked} onClose={() => setRevoked(undefined)} />}
    </>
  );
}

function RevokeDialog({ token, onClose }: { token: TokenView; onClose: () => void }): ReactNode {
  const words = useWords(usersWords);
  const queries = useQueryClient();
  const carryOut = async (): Promise<void> => {
    await call(`/tokens/${token.id}`, { method: 'DELETE' });
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={words.revokeTitle(token.name)}
      action={words.revoke}
      isDanger
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{words.revokeAbout}</p>
    </ConfirmDialog>
  );
}
