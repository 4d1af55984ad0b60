import type { ReactNode } from 'react';
import { useApi } from '../../api/queries.ts';
import type { LoginProvider } from '../../api/types.ts';
import { useWords } from '../../words/words.ts';
import { loginWords } from './login-words.ts';

/** The way to the log-in provider and back to this page, where the admin API has one. */
export function ProviderLogin(): ReactNode {
  const words = useWords(loginWords);
  const { data } = useApi<LoginProvider>('/oidc');
  if (data?.label === undefined) return null;
  const here = `${window.location.pathname}${window.location.search}`;
  return (
    <>
      <a className="button" href={`/api/v1/oidc/login?to=${encodeURIComponent(here)}`}>
        {words.signInWith(data.label)}
      </a>
      <p className="soft">{words.orByPassword}</p>
    </>
  );
}
