import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { useWords } from '../words/words.ts';
import { LiveSign } from './live-sign.tsx';
import { Logo } from './logo.tsx';
import { NAVIGATION } from './pages.tsx';
import { PreferenceChoices } from './preference-choices.tsx';
import { useLogOut } from './session-acts.ts';
import { shellWords } from './shell-words.ts';

/** The pages by group, then theme, language and the user. */
export function Sidebar({ isOpen }: { isOpen: boolean }): ReactNode {
  const words = useWords(shellWords);
  const [location] = useLocation();
  const isHere = (path: string): boolean =>
    path === '/' ? location === '/' || location.startsWith('/channels') : location.startsWith(path);
  return (
    <aside className={isOpen ? 'sidebar open' : 'sidebar'}>
      <div className="sidebar-logo">
        <Logo />
      </div>
      <nav aria-label={words.navigation}>
        {NAVIGATION.map(({ group, entries }) => (
          <div key={group} className="nav-group">
            <div className="nav-head">{words[group]}</div>
            <ul>
              {entries.map(({ path, word, icon: Icon }) => (
                <li key={path}>
                  <Link href={path} aria-current={isHere(path) ? 'page' : undefined}>
                    <Icon size={15} aria-hidden />
                    {words[word]}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="sidebar-foot">
        <LiveSign />
        <PreferenceChoices />
        <CurrentUser />
      </div>
    </aside>
  );
}

function CurrentUser(): ReactNode {
  const words = useWords(shellWords);
  const { data: session } = useSession();
  const logOut = useLogOut();
  if (session === null || session === undefined) return null;
  return (
    <div className="user">
      <span className="grow">
        <b>{session.user.name}</b> <span className="muted">{session.user.role}</span>
      </span>
      <Button
        look="quiet"
        icon={<LogOut size={15} aria-hidden />}
        aria-label={words.logOut}
        title={words.logOut}
        onClick={() => void logOut()}
      />
    </div>
  );
}
