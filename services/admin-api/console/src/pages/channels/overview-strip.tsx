import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import type { Overview } from '../../api/types.ts';
import { Skeleton } from '../../design/feedback.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { channelsWords } from './channels-words.ts';
import { type Figure, figuresOf } from './figures.ts';
import './channels.css';

/** Everything in a line, over all channels and sites; what is not as it should be stands out and leads to its page. */
export function OverviewStrip(): ReactNode {
  const words = useWords(channelsWords);
  const format = useFormat();
  const { data, error } = useApi<Overview>('/overview', {}, { liveMs: LIVE_MS });
  if (error !== null) return null;
  if (data === undefined) return <Skeleton height={64} />;
  return (
    <ul className="panel figures" aria-label={words.overview}>
      {figuresOf(data, format).map((figure) => (
        <li key={figure.word}>
          <span className="muted">{words[figure.word]}</span>
          <Value figure={figure} />
        </li>
      ))}
    </ul>
  );
}

function Value({ figure: { value, of, isBad, path } }: { figure: Figure }): ReactNode {
  const text = (
    <>
      {value}
      {of !== undefined && <small> / {of}</small>}
    </>
  );
  const className = isBad ? 'figure bad' : 'figure';
  if (path === undefined) return <span className={className}>{text}</span>;
  return (
    <Link href={path} className={className}>
      {text}
    </Link>
  );
}
