import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { ErrorState } from '../../design/feedback.tsx';
import { TextField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { Gate } from './gate.tsx';
import { loginWords } from './login-words.ts';
import { NewPassword } from './new-password.tsx';
import { useGateForm } from './use-gate-form.ts';

/** Asked of users whose password somebody else set. */
export function ChangePassword({ name }: { name: string }): ReactNode {
  const words = useWords(loginWords);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState<string>();
  const { error, busy, submit } = useGateForm('PUT', '/session/password');
  return (
    <Gate title={words.change}>
      <p className="soft">{words.changeAbout(name)}</p>
      <form onSubmit={submit({ current, next })}>
        <TextField
          label={words.current}
          value={current}
          onChange={setCurrent}
          type="password"
          autoComplete="current-password"
          required
        />
        <NewPassword onChange={setNext} />
        {error !== undefined && <ErrorState error={error} />}
        <Button type="submit" look="primary" busy={busy} disabled={next === undefined}>
          {words.change}
        </Button>
      </form>
    </Gate>
  );
}
