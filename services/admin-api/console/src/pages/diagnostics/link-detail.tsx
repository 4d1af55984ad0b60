import { Lightbulb } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Link } from '../../api/operation-types.ts';
import { Callout } from '../../design/feedback.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { diagnosticsWords } from './diagnostics-words.ts';

/** One link: whether it works, how fast, and why not. */
export function LinkDetail({ link }: { link: Link }): ReactNode {
  const words = useWords(diagnosticsWords);
  const format = useFormat();
  const { from, to, kind, ok, latencyMs, checkedAt, code, message, remedy } = link;
  const isDelay = kind === 'mirror' || kind === 'status';
  return (
    <Callout tone={ok ? 'good' : 'bad'}>
      <div className="break">
        <b>
          {from} → {to}
        </b>{' '}
        <span className="muted">
          {words[kind]} · {ok ? words.ok : words.notOk}
          {latencyMs !== undefined && ` · ${isDelay ? words.delay : words.latency} ${format.duration(latencyMs)}`}
          {` · ${words.checked(format.ago(checkedAt))}`}
        </span>
      </div>
      {message !== undefined && (
        <div className="break">
          {code !== undefined && <code>{code}</code>} {message}
        </div>
      )}
      {remedy !== undefined && (
        <div className="remedy break">
          <Lightbulb size={13} aria-hidden /> {remedy}
        </div>
      )}
    </Callout>
  );
}
