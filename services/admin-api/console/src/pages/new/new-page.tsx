import { Check } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { PageHead } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { useDryRun } from '../channel/document/use-dry-run.ts';
import { draftText, hasDatabases, hasTables, NEW_CHANNEL } from './channel-draft.ts';
import { CheckStep } from './check-step.tsx';
import { DatabasesStep } from './databases-step.tsx';
import { newWords } from './new-words.ts';
import { StartStep } from './start-step.tsx';
import { TablesStep } from './tables-step.tsx';
import './new.css';

const STEPS = ['stepDatabases', 'stepTables', 'stepCheck', 'stepStart'] as const;

/** A channel from nothing: databases, tables, check, start. */
export default function NewPage(): ReactNode {
  const words = useWords(newWords);
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState(NEW_CHANNEL);
  const [written, setWritten] = useState<string>();
  const text = written ?? draftText(draft);
  const dryRun = useDryRun(text, { enabled: step >= 2 });
  const isDone = [hasDatabases(draft), hasTables(draft), dryRun.reply !== undefined, false];
  const change = (next: typeof draft): void => {
    setDraft(next);
    setWritten(undefined);
  };
  return (
    <div className="stack new">
      <PageHead title={words.title} about={words.about} />
      <ol className="steps" aria-label={words.steps}>
        {STEPS.map((each, index) => (
          <li
            key={each}
            aria-current={index === step ? 'step' : undefined}
            className={index < step ? 'done' : undefined}
          >
            <span className="step-mark">{index < step ? <Check size={13} aria-hidden /> : index + 1}</span>
            {words[each]}
          </li>
        ))}
      </ol>
      {step === 0 && <DatabasesStep draft={draft} onChange={change} />}
      {step === 1 && <TablesStep draft={draft} onChange={change} />}
      {step === 2 && <CheckStep text={text} dryRun={dryRun} onChange={setWritten} />}
      {step === 3 && <StartStep text={text} dryRun={dryRun} />}
      <div className="row">
        {step > 0 && <Button onClick={() => setStep(step - 1)}>{words.back}</Button>}
        {step < 3 && (
          <Button look="primary" disabled={isDone[step] !== true} onClick={() => setStep(step + 1)}>
            {words.next}
          </Button>
        )}
      </div>
    </div>
  );
}
