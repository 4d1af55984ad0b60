import type { ReactNode } from 'react';
import { useEffect } from 'react';

/** Head of a page: its name (also the window's title), one sentence, and its actions. */
export function PageHead({
  title,
  about,
  crumbs,
  badge,
  children,
}: {
  title: string;
  about?: ReactNode;
  crumbs?: ReactNode;
  badge?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · Lutra`;
  }, [title]);
  return (
    <header className="page-head">
      <div className="grow">
        {crumbs !== undefined && <div className="crumbs">{crumbs}</div>}
        <div className="row">
          <h1 className="break">{title}</h1>
          {badge}
        </div>
        {about !== undefined && <p>{about}</p>}
      </div>
      {children !== undefined && <div className="row">{children}</div>}
    </header>
  );
}

/** A framed part of a page. `flush`: what is in it reaches the frame, as tables do. */
export function Panel({
  title,
  actions,
  flush = false,
  children,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    <section className="panel">
      {title !== undefined && (
        <div className="panel-head">
          <h2>{title}</h2>
          {actions !== undefined && <div className="row">{actions}</div>}
        </div>
      )}
      {flush ? children : <div className="panel-body">{children}</div>}
    </section>
  );
}

/** Pairs of a name and a value. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }): ReactNode {
  return (
    <dl className="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
