import { useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { Role } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog, Dialog } from '../../design/dialog.tsx';
import { TextField } from '../../design/fields.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { RoleField } from './role-field.tsx';
import { usersWords } from './users-words.ts';

/** Makes a token and shows it once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }): ReactNode {
  const words = useWords(usersWords);
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('');
  const [token, setToken] = useState<string>();
  const make = async (): Promise<void> => {
    const json = { name, role, ...(days === '' ? {} : { expiresInDays: Number(days) }) };
    const made = await call<{ token: string }>('/tokens', { method: 'POST', json });
    await queries.invalidateQueries();
    setToken(made.token);
  };
  if (token !== undefined) return <MadeToken token={token} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={words.addToken}
      action={words.addToken}
      isReady={name !== ''}
      staysOpen
      onConfirm={make}
      onClose={onClose}
    >
      <div className="fields">
        <TextField label={words.purpose} value={name} onChange={setName} autoComplete="off" />
        <RoleField value={role} onChange={setRole} />
        <TextField label={words.days} hint={words.daysHint} value={days} onChange={setDays} inputMode="numeric" />
      </div>
    </ConfirmDialog>
  );
}

function MadeToken({ token, onClose }: { token: string; onClose: () => void }): ReactNode {
  const words = useWords(usersWords);
  const general = useWords(common);
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(token);
    setCopied(true);
  };
  return (
    <Dialog
      title={words.made}
      onClose={onClose}
      foot={
        <>
          <Button icon={<Copy size={14} aria-hidden />} onClick={() => void copy()}>
            {isCopied ? general.copied : general.copy}
          </Button>
          <Button look="primary" onClick={onClose}>
            {general.close}
          </Button>
        </>
      }
    >
      <p>{words.madeAbout}</p>
      <pre className="code">{token}</pre>
    </Dialog>
  );
}
