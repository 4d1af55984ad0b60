import type { ReactNode } from 'react';
import { SelectField, TextField } from '../../design/fields.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import type { DatabaseDraft, PasswordFrom } from './database-draft.ts';
import { databasesWords } from './databases-words.ts';

/** The fields of a database. `isNew`: its name can still be chosen. */
export function DatabaseForm({
  draft,
  isNew,
  onChange,
}: {
  draft: DatabaseDraft;
  isNew: boolean;
  onChange: (draft: DatabaseDraft) => void;
}): ReactNode {
  const words = useWords(databasesWords);
  const general = useWords(common);
  const change = (part: Partial<DatabaseDraft>): void => onChange({ ...draft, ...part });
  const secret = {
    env: [words.envName, words.envHint],
    file: [words.filePath, words.fileHint],
    value: [words.password, words.valueHint],
    encrypted: [words.password, words.encryptedHint],
  }[draft.from];
  return (
    <div className="fields">
      <TextField
        label={general.name}
        hint={words.nameHint}
        value={draft.name}
        onChange={(name) => change({ name })}
        disabled={!isNew}
        autoComplete="off"
      />
      <TextField
        label={general.site}
        hint={words.siteHint}
        value={draft.site}
        onChange={(site) => change({ site })}
        autoComplete="off"
      />
      <TextField
        label={words.hosts}
        hint={words.hostsHint}
        value={draft.hosts}
        onChange={(hosts) => change({ hosts })}
        placeholder="db1:3306"
        autoComplete="off"
      />
      <TextField label={words.user} value={draft.user} onChange={(user) => change({ user })} autoComplete="off" />
      <SelectField<PasswordFrom>
        label={words.passwordFrom}
        value={draft.from}
        options={[
          ['env', words.env],
          ['file', words.file],
          ['value', words.value],
          ...(draft.from === 'encrypted' ? [['encrypted', words.encrypted] as [PasswordFrom, string]] : []),
        ]}
        onChange={(from) => change({ from, secret: '' })}
      />
      <TextField
        label={secret[0] ?? ''}
        hint={secret[1]}
        value={draft.secret}
        onChange={(text) => change({ secret: text })}
        type={draft.from === 'value' ? 'password' : 'text'}
        disabled={draft.from === 'encrypted'}
        autoComplete={draft.from === 'value' ? 'new-password' : 'off'}
      />
    </div>
  );
}
