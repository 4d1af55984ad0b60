import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { Role, UserView } from '../../api/types.ts';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { Choice, TextField } from '../../design/fields.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { RoleField } from './role-field.tsx';
import { usersWords } from './users-words.ts';

/** Adds a user, or changes role, password and access of one. */
export function UserDialog({ user, onClose }: { user?: UserView; onClose: () => void }): ReactNode {
  const words = useWords(usersWords);
  const general = useWords(common);
  const queries = useQueryClient();
  const [name, setName] = useState(user?.name ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'viewer');
  const [password, setPassword] = useState('');
  const [disabled, setDisabled] = useState(user?.disabled ?? false);
  const isNew = user === undefined;
  const save = async (): Promise<void> => {
    const change = { role, disabled, ...(password === '' ? {} : { password }) };
    await (isNew
      ? call('/users', { method: 'POST', json: { name, role, password } })
      : call(`/users/${user.name}`, { method: 'PATCH', json: change }));
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={isNew ? words.addUser : words.editTitle(user.name)}
      action={isNew ? words.addUser : general.save}
      isReady={!isNew || (name !== '' && password !== '')}
      onConfirm={save}
      onClose={onClose}
    >
      <div className="fields">
        <TextField label={general.name} value={name} onChange={setName} disabled={!isNew} autoComplete="off" />
        {user?.provider === undefined && (
          <>
            <RoleField value={role} onChange={setRole} />
            <TextField
              label={isNew ? words.password : words.newPassword}
              hint={isNew ? words.passwordHint : `${words.keepHint} ${words.resetHint}`}
              value={password}
              onChange={setPassword}
              type="password"
              autoComplete="new-password"
            />
          </>
        )}
      </div>
      {user?.provider !== undefined && <p className="soft">{words.ofProvider(user.provider)}</p>}
      {!isNew && (
        <div>
          <Choice
            label={general.state}
            value={disabled ? 'disabled' : 'enabled'}
            options={[
              ['enabled', words.enabled],
              ['disabled', words.disable],
            ]}
            onChange={(chosen) => setDisabled(chosen === 'disabled')}
          />
        </div>
      )}
    </ConfirmDialog>
  );
}

export function DeleteUserDialog({ user, onClose }: { user: UserView; onClose: () => void }): ReactNode {
  const words = useWords(usersWords);
  const general = useWords(common);
  const queries = useQueryClient();
  const carryOut = async (): Promise<void> => {
    await call(`/users/${user.name}`, { method: 'DELETE' });
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={words.deleteTitle(user.name)}
      action={general.delete}
      isDanger
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{words.deleteAbout}</p>
    </ConfirmDialog>
  );
}
