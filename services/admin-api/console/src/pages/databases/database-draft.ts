import type { DatabaseView } from '../../api/types.ts';

export type PasswordFrom = 'env' | 'file' | 'value';
/** A database as it stands in the form. */
export type DatabaseDraft = {
  readonly name: string;
  readonly site: string;
  readonly hosts: string;
  readonly user: string;
  readonly from: PasswordFrom;
  readonly secret: string;
};

export const NEW_DATABASE: DatabaseDraft = { name: '', site: '', hosts: '', user: 'lutra', from: 'value', secret: '' };

/** What is stored of a draft. A stored password that was not written again stays as `stored` has it. */
export function databaseDocument(draft: DatabaseDraft, stored?: DatabaseView): Record<string, unknown> {
  const keeps = draft.from === 'value' && draft.secret === '' && stored !== undefined;
  return {
    ...stored?.document,
    apiVersion: 'lutra/v1',
    kind: 'Database',
    name: draft.name,
    site: draft.site,
    hosts: draft.hosts.split(/[,;\s]+/).filter((host) => host !== ''),
    user: draft.user,
    password: keeps ? stored.document.password : { [draft.from]: draft.secret },
  };
}

export function draftOf({ name, site, hosts, user, document }: DatabaseView): DatabaseDraft {
  const { password } = document;
  const reference = typeof password === 'object' && password !== null ? Object.entries(password)[0] : undefined;
  const [kind, text] = reference ?? ['value', ''];
  const isShown = kind === 'env' || kind === 'file';
  return {
    name,
    site,
    hosts: hosts.join(', '),
    user,
    from: isShown ? kind : 'value',
    secret: isShown ? String(text) : '',
  };
}

export function isWhole(draft: DatabaseDraft, hasStoredPassword: boolean): boolean {
  const { name, site, hosts, user, from, secret } = draft;
  return (
    [name, site, hosts, user].every((text) => text !== '') && (secret !== '' || (hasStoredPassword && from === 'value'))
  );
}
