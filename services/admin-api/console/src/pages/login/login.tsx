import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { ErrorState } from '../../design/feedback.tsx';
import { TextField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { Gate } from './gate.tsx';
import { loginWords } from './login-words.ts';
import { ProviderLogin } from './provider-login.tsx';
import { useGateForm } from './use-gate-form.ts';

export function Login(): ReactNode {
  const words = useWords(loginWords);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { error, busy, submit } = useGateForm('POST', '/session');
  return (
    <Gate title={words.logIn}>
      <ProviderLogin />
      <form onSubmit={submit({ name, password })}>
        <TextField label={words.name} value={name} onChange={setName} autoComplete="username" required />
        <TextField
          label={words.password}
          value={password}
          onChange={setPassword}
          type="password"
          autoComplete="current-password"
          required
        />
        {error !== undefined && <ErrorState error={error} />}
        <Button type="submit" look="primary" busy={busy}>
          {words.logIn}
        </Button>
      </form>
    </Gate>
  );
}
