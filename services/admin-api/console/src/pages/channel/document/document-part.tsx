import { Eye, Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useChannel, useDocumentText } from '../../../api/queries.ts';
import { useMay } from '../../../api/rights.ts';
import { Button } from '../../../design/button.tsx';
import { Callout, ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { Panel } from '../../../design/page.tsx';
import { YamlEditor } from '../../../design/yaml-editor.tsx';
import { useWords } from '../../../words/words.ts';
import { documentWords } from './document-words.ts';
import { PreviewDialog } from './preview-dialog.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { useDryRun } from './use-dry-run.ts';
import { Verdict } from './verdict.tsx';

/** The document of a channel: edit, see at once what is wrong, preview its tables, review the diff, apply. */
export default function DocumentPart({ name }: { name: string }): ReactNode {
  const { data: text, error, refetch } = useDocumentText(name);
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (text === undefined) return <Skeleton height={560} />;
  return <DocumentEditor name={name} stored={text} />;
}

/** What was written, and the revision that it began from: a change by somebody else in between is not overwritten. */
type Written = { readonly text: string; readonly revision: number | undefined };

function DocumentEditor({ name, stored }: { name: string; stored: string }): ReactNode {
  const words = useWords(documentWords);
  const [written, setWritten] = useState<Written>();
  const [open, setOpen] = useState<'preview' | 'review'>();
  const { data: channel } = useChannel(name);
  const mayChange = useMay('admin');
  const text = written?.text ?? stored;
  const based = written?.revision ?? channel?.revision;
  const isChanged = text !== stored;
  const dryRun = useDryRun(text, { enabled: mayChange });
  return (
    <Panel
      title={<Verdict dryRun={dryRun} />}
      actions={
        <>
          <Button
            look="quiet"
            icon={<Undo2 size={15} aria-hidden />}
            disabled={!isChanged}
            onClick={() => setWritten(undefined)}
          >
            {words.revert}
          </Button>
          <Button icon={<Eye size={15} aria-hidden />} onClick={() => setOpen('preview')}>
            {words.preview}
          </Button>
          <Button
            look="primary"
            disabled={!mayChange || !isChanged || dryRun.reply === undefined}
            onClick={() => setOpen('review')}
          >
            {words.review}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted">{words.about}</p>
        {based !== channel?.revision && <Callout tone="warn">{words.changedMeanwhile(channel?.revision ?? 0)}</Callout>}
        {!mayChange && <Callout tone="info">{words.readOnly}</Callout>}
        <YamlEditor
          label={words.label}
          value={text}
          problems={dryRun.problems}
          onChange={(next) => setWritten({ text: next, revision: based })}
        />
        {dryRun.problems.length > 0 && <ProblemList problems={dryRun.problems} />}
        {dryRun.error !== undefined && <ErrorState error={dryRun.error} />}
      </div>
      {open === 'preview' && <PreviewDialog yaml={text} onClose={() => setOpen(undefined)} />}
      {open === 'review' && dryRun.reply !== undefined && (
        <ReviewDialog
          name={name}
          yaml={text}
          reply={dryRun.reply}
          revision={based}
          onApplied={() => setWritten(undefined)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Panel>
  );
}

export function ProblemList({ problems }: { problems: ReturnType<typeof useDryRun>['problems'] }): ReactNode {
  const words = useWords(documentWords);
  return (
    <ul className="stack-s">
      {problems.map((problem) => (
        <li key={`${problem.line} ${problem.path} ${problem.code} ${problem.message}`}>
          <Callout tone="bad">
            <div>
              <span className="muted">{problem.line === undefined ? '' : words.line(problem.line)}</span>{' '}
              <code>{problem.path}</code> {problem.message}
            </div>
            <div className="remedy">{problem.remedy}</div>
          </Callout>
        </li>
      ))}
    </ul>
  );
}
