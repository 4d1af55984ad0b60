import { CircleAlert, CircleCheck, Info, Lightbulb, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Problem } from '../api/client.ts';
import { common } from '../words/common.ts';
import { useWords } from '../words/words.ts';
import { Button } from './button.tsx';
import { feedbackWords } from './feedback-words.ts';
import type { Tone } from './state-badge.tsx';

const ICONS = { good: CircleCheck, warn: TriangleAlert, bad: CircleAlert, info: Info, idle: Info } as const;

/** A framed remark. */
export function Callout({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  const Icon = ICONS[tone];
  return (
    <div className={`callout tone-${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon size={16} aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** Why something stands and what to do, in the API's words. */
export function ReasonCallout({
  reason,
  tone = 'bad',
}: {
  reason: { readonly code: string; readonly message: string; readonly remedy: string };
  tone?: Tone;
}): ReactNode {
  const words = useWords(common);
  return (
    <Callout tone={tone}>
      <div className="break">
        <code>{reason.code}</code> {reason.message}
      </div>
      {reason.remedy !== '' && (
        <div className="remedy break">
          <Lightbulb size={13} aria-hidden /> <span className="sr-only">{words.whatToDo}: </span>
          {reason.remedy}
        </div>
      )}
    </Callout>
  );
}

/** What went wrong, what to do, its parts, and a button to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => unknown) | undefined }): ReactNode {
  const words = useWords(common);
  const own = useWords(feedbackWords);
  const problem = asProblem(error);
  const { code, message, remedy, problems } = problem;
  const shown = problem.isUnknownRoute
    ? { code, message: own.notHere, remedy: own.notHereRemedy }
    : { code, message, remedy };
  return (
    <div className="stack-s">
      <ReasonCallout reason={shown} tone={problem.isUnknownRoute ? 'info' : 'bad'} />
      {problems.length > 1 && (
        <ul className="stack-s">
          {problems.map((part) => (
            <li key={`${part.path}${part.code}${part.message}`}>
              <code>{part.line === undefined ? part.path : `${part.line}:${part.column ?? 1} ${part.path}`}</code>{' '}
              {part.message}
              {part.remedy !== '' && <span className="muted"> · {part.remedy}</span>}
            </li>
          ))}
        </ul>
      )}
      {onRetry !== undefined && !problem.isUnknownRoute && (
        <div>
          <Button onClick={() => void onRetry()}>{words.retry}</Button>
        </div>
      )}
    </div>
  );
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new Problem(-1, 'CONSOLE_FAULT', text, '');
}

/** What an empty list says: what would stand here, and how it gets here. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}

/** A grey bar in place of a text that comes. Width and height are in px or any CSS length. */
export function Skeleton({
  width = '100%',
  height = 12,
}: {
  width?: number | string;
  height?: number | string;
}): ReactNode {
  return <span className="skeleton" style={{ width, height }} aria-hidden />;
}
