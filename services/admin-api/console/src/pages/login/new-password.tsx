import { type ReactNode, useState } from 'react';
import { TextField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { loginWords } from './login-words.ts';

/** A new password, written twice. Tells undefined as long as the two differ. */
export function NewPassword({ onChange }: { onChange: (password: string | undefined) => void }): ReactNode {
  const words = useWords(loginWords);
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const change = (one: string, other: string): void => {
    setFirst(one);
    setSecond(other);
    onChange(one !== '' && one === other ? one : undefined);
  };
  return (
    <>
      <TextField
        label={words.newPassword}
        hint={words.passwordHint}
        value={first}
        onChange={(text) => change(text, second)}
        type="password"
        autoComplete="new-password"
        required
      />
      <TextField
        label={words.repeat}
        fault={second !== '' && first !== second ? words.notSame : undefined}
        value={second}
        onChange={(text) => change(first, text)}
        type="password"
        autoComplete="new-password"
        required
      />
    </>
  );
}
