import type { ReactNode } from 'react';
import type { Role } from '../../api/types.ts';
import { SelectField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { usersWords } from './users-words.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;

export function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }): ReactNode {
  const words = useWords(usersWords);
  return (
    <SelectField<Role>
      label={words.role}
      value={value}
      options={ROLES.map((role) => [role, words[role]])}
      onChange={onChange}
    />
  );
}
