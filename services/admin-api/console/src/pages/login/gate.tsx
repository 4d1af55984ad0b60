import type { ReactNode } from 'react';
import { Logo } from '../../shell/logo.tsx';
import { PreferenceChoices } from '../../shell/preference-choices.tsx';

/** The page before the pages: a card in the middle. */
export function Gate({ title, children }: { title?: string; children: ReactNode }): ReactNode {
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="row-between">
          <Logo />
          <PreferenceChoices />
        </div>
        <section className="panel">
          <div className="panel-body stack">
            {title !== undefined && <h1>{title}</h1>}
            {children}
          </div>
        </section>
      </div>
    </main>
  );
}
