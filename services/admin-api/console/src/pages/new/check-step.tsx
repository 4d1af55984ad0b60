import type { ReactNode } from 'react';
import { ErrorState, Skeleton } from '../../design/feedback.tsx';
import { Panel } from '../../design/page.tsx';
import { YamlEditor } from '../../design/yaml-editor.tsx';
import { useWords } from '../../words/words.ts';
import { CheckResult } from '../channel/check-dialog.tsx';
import { ProblemList } from '../channel/document/document-part.tsx';
import { Preview } from '../channel/document/preview-dialog.tsx';
import type { DryRun } from '../channel/document/use-dry-run.ts';
import { Verdict } from '../channel/document/verdict.tsx';
import { newWords } from './new-words.ts';

/** The document with its problems; when it is valid, the check of its databases and the preview of its tables. */
export function CheckStep({
  text,
  dryRun,
  onChange,
}: {
  text: string;
  dryRun: DryRun;
  onChange: (text: string) => void;
}): ReactNode {
  const words = useWords(newWords);
  const { reply, problems, error } = dryRun;
  return (
    <>
      <Panel title={words.document} actions={<Verdict dryRun={dryRun} />}>
        <div className="stack">
          <p className="muted">{words.documentAbout}</p>
          <YamlEditor label={words.document} value={text} problems={problems} onChange={onChange} height={300} />
          {problems.length > 0 && <ProblemList problems={problems} />}
          {error !== undefined && <ErrorState error={error} />}
        </div>
      </Panel>
      <Panel title={words.databasesCheck}>
        <div className="stack">
          {reply === undefined ? <Skeleton height={64} /> : <CheckResult path="/check" yaml={text} />}
        </div>
      </Panel>
      <Panel title={words.tables}>
        <div className="stack">{reply === undefined ? <Skeleton height={120} /> : <Preview yaml={text} />}</div>
      </Panel>
    </>
  );
}
