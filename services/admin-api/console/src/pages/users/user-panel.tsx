import { Pencil, Plus, Trash2, Users } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { useMay } from '../../api/rights.ts';
import type { UserList, UserView } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { List } from '../../design/list.tsx';
import { Badge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { DeleteUserDialog, UserDialog } from './user-dialogs.tsx';
import { usersWords } from './users-words.ts';
import '../databases/databases.css';

type Open = { readonly act: 'add' } | { readonly act: 'edit' | 'delete'; readonly user: UserView };

export function UserPanel(): ReactNode {
  const words = useWords(usersWords);
  const general = useWords(common);
  const format = useFormat();
  const mayChange = useMay('admin');
  const answer = useApi<UserList>('/users', { limit: 1000 });
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  return (
    <>
      <List
        label={words.users}
        keyOf={({ name }) => name}
        answer={answer}
        empty={{ icon: Users, title: words.noUsers }}
        title={words.users}
        actions={
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            disabled={!mayChange || answer.error !== null}
            onClick={() => setOpen({ act: 'add' })}
          >
            {words.addUser}
          </Button>
        }
        columns={[
          {
            key: 'name',
            head: general.name,
            cell: ({ name, provider }) => (
              <span className="row">
                <span className="cell-main">{name}</span>
                {provider !== undefined && <Badge tone="info">{new URL(provider).host}</Badge>}
              </span>
            ),
          },
          { key: 'role', head: words.role, cell: ({ role }) => words[role] },
          {
            key: 'state',
            head: general.state,
            cell: ({ disabled, mustChangePassword }) => (
              <span className="row">
                <Badge tone={disabled ? 'idle' : 'good'}>{disabled ? words.disabled : words.active}</Badge>
                {mustChangePassword && <Badge tone="info">{words.mustChange}</Badge>}
              </span>
            ),
          },
          { key: 'created', head: words.created, cell: ({ createdAt }) => format.time(createdAt) },
          {
            key: 'acts',
            head: '',
            isNumber: true,
            cell: (user) => (
              <span className="row acts">
                <Button
                  icon={<Pencil size={14} aria-hidden />}
                  aria-label={words.editTitle(user.name)}
                  disabled={!mayChange}
                  onClick={() => setOpen({ act: 'edit', user })}
                />
                <Button
                  look="danger"
                  icon={<Trash2 size={14} aria-hidden />}
                  aria-label={`${general.delete}: ${user.name}`}
                  disabled={!mayChange}
                  onClick={() => setOpen({ act: 'delete', user })}
                />
              </span>
            ),
          },
        ]}
      />
      {open?.act === 'add' && <UserDialog onClose={close} />}
      {open?.act === 'edit' && <UserDialog user={open.user} onClose={close} />}
      {open?.act === 'delete' && <DeleteUserDialog user={open.user} onClose={close} />}
    </>
  );
}
