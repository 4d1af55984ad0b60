import { PlugZap } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { CheckReply } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Callout, ErrorState, ReasonCallout } from '../../design/feedback.tsx';
import { SelectField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { databasesWords } from './databases-words.ts';

type As = 'source' | 'target' | 'both';
type Result = { readonly reply?: CheckReply; readonly error?: unknown };

/** Connects to a database that need not be stored and tells what it lacks for its part. */
export function ConnectionTest({
  document,
  isReady,
  as: first = 'both',
}: {
  document: () => Record<string, unknown>;
  isReady: boolean;
  as?: As;
}): ReactNode {
  const words = useWords(databasesWords);
  const [as, setAs] = useState<As>(first);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Result>();
  const test = async (): Promise<void> => {
    setBusy(true);
    setResult(undefined);
    const json = { document: document(), as };
    setResult(
      await call<CheckReply>('/databases/check', { method: 'POST', json }).then(
        (reply) => ({ reply }),
        (error: unknown) => ({ error }),
      ),
    );
    setBusy(false);
  };
  const problems = result?.reply?.checks.flatMap((check) => check.problems) ?? [];
  return (
    <div className="stack-s">
      <div className="row test-row">
        <SelectField<As>
          label={words.testAs}
          value={as}
          options={[
            ['source', words.asSource],
            ['target', words.asTarget],
            ['both', words.both],
          ]}
          onChange={setAs}
        />
        <Button icon={<PlugZap size={15} aria-hidden />} busy={busy} disabled={!isReady} onClick={() => void test()}>
          {busy ? words.testing : words.test}
        </Button>
      </div>
      <div aria-live="polite" className="stack-s">
        {result?.error !== undefined && <ErrorState error={result.error} />}
        {result?.reply !== undefined && problems.length === 0 && <Callout tone="good">{words.fit}</Callout>}
        {problems.map((problem) => (
          <ReasonCallout
            key={`${problem.code} ${problem.message}`}
            reason={problem}
            tone={problem.severity === 'error' ? 'bad' : 'warn'}
          />
        ))}
      </div>
    </div>
  );
}
