import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/client.ts';
import type { ApplyReply } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { Callout, ErrorState } from '../../design/feedback.tsx';
import { Choice } from '../../design/fields.tsx';
import { useNotice } from '../../design/notices.tsx';
import { Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import type { DryRun } from '../channel/document/use-dry-run.ts';
import { newWords } from './new-words.ts';

/** Stores the channel and goes to its page. */
export function StartStep({ text, dryRun }: { text: string; dryRun: DryRun }): ReactNode {
  const words = useWords(newWords);
  const [state, setState] = useState<'running' | 'paused'>('running');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [, goTo] = useLocation();
  const tell = useNotice();
  const queries = useQueryClient();
  const [planned] = dryRun.reply?.applied ?? [];
  const create = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const yaml = /^state:/m.test(text) ? text : `${text.trimEnd()}\nstate: ${state}\n`;
      const { applied } = await call<ApplyReply>('/apply', { method: 'POST', yaml });
      await queries.invalidateQueries();
      const name = applied[0]?.name ?? '';
      tell('good', words.created(name));
      goTo(`/channels/${name}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Panel>
      <div className="stack">
        {planned === undefined ? (
          <Callout tone="warn">{words.invalid}</Callout>
        ) : (
          <Callout tone="good">
            <b>{words.ready(planned.name)}</b>
            <div>{words.readyAbout}</div>
            {planned.notes.map((note) => (
              <div key={note}>{note}</div>
            ))}
          </Callout>
        )}
        <div>
          <Choice
            label={words.stepStart}
            value={state}
            options={[
              ['running', words.startNow],
              ['paused', words.startLater],
            ]}
            onChange={setState}
          />
        </div>
        {error !== undefined && <ErrorState error={error} />}
        <div>
          <Button look="primary" busy={busy} disabled={planned === undefined} onClick={() => void create()}>
            {words.create}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
