import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { ErrorState } from '../../design/feedback.tsx';
import { TextField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { Gate } from './gate.tsx';
import { loginWords } from './login-words.ts';
import { NewPassword } from './new-password.tsx';
import { useGateForm } from './use-gate-form.ts';

/** The first administrator, by the token that the admin API printed. */
export function SetUp(): ReactNode {
  const words = useWords(loginWords);
  const [token, setToken] = useState('');
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState<string>();
  const { error, busy, submit } = useGateForm('POST', '/setup');
  return (
    <Gate title={words.setUp}>
      <p className="soft">{words.setUpAbout}</p>
      <form onSubmit={submit({ token: token.trim(), name, password })}>
        <TextField
          label={words.token}
          hint={words.tokenHint}
          value={token}
          onChange={setToken}
          autoComplete="off"
          required
        />
        <TextField label={words.name} value={name} onChange={setName} autoComplete="username" required />
        <NewPassword onChange={setPassword} />
        {error !== undefined && <ErrorState error={error} />}
        <Button type="submit" look="primary" busy={busy} disabled={password === undefined}>
          {words.create}
        </Button>
      </form>
    </Gate>
  );
}
