import { Menu } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { LiveProvider, useLiveEvents } from '../api/live.ts';
import { LinkButton } from '../design/button.tsx';
import { EmptyState, Skeleton } from '../design/feedback.tsx';
import { PageHead, Panel } from '../design/page.tsx';
import { useWords } from '../words/words.ts';
import { AwayBar } from './away-bar.tsx';
import { LiveSign } from './live-sign.tsx';
import { Logo } from './logo.tsx';
import { PAGES } from './pages.tsx';
import { shellWords } from './shell-words.ts';
import { Sidebar } from './sidebar.tsx';

/** Navigation beside the page of the address; on a phone the navigation opens from the top bar. */
export function Shell(): ReactNode {
  const words = useWords(shellWords);
  const [isOpen, setOpen] = useState(false);
  const [location] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes with every change of the address
  useEffect(() => setOpen(false), [location]);
  const live = useLiveEvents(location);
  return (
    <LiveProvider value={live}>
      <div className="shell">
        <a className="skip" href="#content">
          {words.skip}
        </a>
        <div className="topbar">
          <button
            type="button"
            className="button quiet icon"
            aria-label={words.menu}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Menu size={18} aria-hidden />
          </button>
          <Logo />
          <LiveSign />
        </div>
        <Sidebar isOpen={isOpen} />
        <main id="content" className="content">
          <AwayBar />
          <Suspense fallback={<PageComing />}>
            <Switch>
              {PAGES.map(({ path, page: Page }) => (
                <Route key={path} path={path}>
                  <Page />
                </Route>
              ))}
              <Route>
                <PageHead title={words.notFound} />
                <Panel>
                  <EmptyState title={words.notFound} action={<LinkButton to="/">{words.toChannels}</LinkButton>}>
                    {words.notFoundAbout}
                  </EmptyState>
                </Panel>
              </Route>
            </Switch>
          </Suspense>
        </main>
      </div>
    </LiveProvider>
  );
}

function PageComing(): ReactNode {
  return (
    <div className="stack" aria-busy="true">
      <Skeleton width={220} height={28} />
      <Skeleton height={280} />
    </div>
  );
}
