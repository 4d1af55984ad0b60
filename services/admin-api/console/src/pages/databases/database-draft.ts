import type { DatabaseView } from '../../api/types.ts';

/** `value`: written here and stored encrypted; `encrypted`: as it is stored. */
export type PasswordFrom = 'env' | 'file' | 'value' | 'encrypted';
const KINDS: readonly PasswordFrom[] = ['env', 'file', 'value', 'encrypted'];
/** A database as it stands in the form. */
export type DatabaseDraft = {
  readonly name: string;
  readonly site: string;
  readonly hosts: string;
  readonly user: string;
  readonly from: PasswordFrom;
  /** Name of the variable, path of the file, the password, or its encrypted text. */
  readonly secret: string;
};

export const NEW_DATABASE: DatabaseDraft = { name: '', site: '', hosts: '', user: 'lutra', from: 'env', secret: '' };

/** What is stored of a draft; parts of `stored` that the form has no field for stay. */
export function databaseDocument(draft: DatabaseDraft, stored?: DatabaseView): Record<string, unknown> {
  return {
    ...stored?.document,
    apiVersion: 'lutra/v1',
    kind: 'Database',
    name: draft.name,
    site: draft.site,
    hosts: draft.hosts.split(/[,;\s]+/).filter((host) => host !== ''),
    user: draft.user,
    password: { [draft.from]: draft.secret },
  };
}

export function draftOf({ name, site, hosts, user, document }: DatabaseView): DatabaseDraft {
  const { password } = document;
  const reference = typeof password === 'object' && password !== null ? Object.entries(password)[0] : undefined;
  const [kind = 'env', text = ''] = reference ?? [];
  return {
    name,
    site,
    hosts: hosts.join(', '),
    user,
    from: KINDS.find((each) => each === kind) ?? 'env',
    secret: String(text),
  };
}

export function isWhole({ name, site, hosts, user, secret }: DatabaseDraft): boolean {
  return [name, site, hosts, user, secret].every((text) => text !== '');
}
