import { type ReactNode, useState } from 'react';
import { useMay } from '../../../api/rights.ts';
import type { DdlEntry } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { Dialog } from '../../../design/dialog.tsx';
import { Callout, ReasonCallout } from '../../../design/feedback.tsx';
import { Facts } from '../../../design/page.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { ddlWords } from './ddl-words.ts';
import { type StatementAct, StatementDecisionDialog } from './statement-decision-dialog.tsx';

/** Everything about one statement, and what can be decided while it is held. */
export function StatementDialog({
  channel,
  entry,
  onClose,
}: {
  channel: string;
  entry: DdlEntry;
  onClose: () => void;
}): ReactNode {
  const words = useWords(ddlWords);
  const format = useFormat();
  const mayOperate = useMay('operator');
  const [act, setAct] = useState<StatementAct>();
  const { reason, decision } = entry;
  return (
    <Dialog
      title={entry.words}
      wide
      onClose={onClose}
      foot={
        entry.state === 'held' && (
          <>
            <Button look="danger" disabled={!mayOperate} onClick={() => setAct('skip')}>
              {words.skip}
            </Button>
            <Button disabled={!mayOperate} onClick={() => setAct('edit')}>
              {words.edit}
            </Button>
            <Button
              look="primary"
              disabled={!mayOperate || entry.targetSql === undefined}
              onClick={() => setAct('apply')}
            >
              {words.apply}
            </Button>
          </>
        )
      }
    >
      {reason !== undefined && <ReasonCallout reason={reason} tone={entry.state === 'held' ? 'warn' : 'info'} />}
      {decision !== undefined && (
        <Callout tone="info">
          {words.decided(words[decision.action], decision.by)} · {format.time(decision.at)}
        </Callout>
      )}
      <section className="stack-s">
        <h3>{words.source}</h3>
        <pre className="code">{entry.sql}</pre>
      </section>
      <section className="stack-s">
        <h3>{words.target}</h3>
        {entry.targetSql === undefined ? (
          <p className="muted">{words.targetNone}</p>
        ) : (
          <pre className="code">{entry.targetSql}</pre>
        )}
      </section>
      <Facts
        items={[
          [words.tables, entry.tables.length === 0 ? '–' : entry.tables.join(', ')],
          [words.schema, entry.schema === '' ? '–' : entry.schema],
          [words.committed, format.time(entry.committedAt)],
          [words.updated, format.time(entry.updatedAt)],
          ['GTID', <code key="gtid">{entry.gtid === '' ? '–' : entry.gtid}</code>],
          [words.binlog, <code key="file">{`${entry.file}:${entry.position}`}</code>],
        ]}
      />
      {act !== undefined && (
        <StatementDecisionDialog
          channel={channel}
          entry={entry}
          act={act}
          onDone={onClose}
          onClose={() => setAct(undefined)}
        />
      )}
    </Dialog>
  );
}
