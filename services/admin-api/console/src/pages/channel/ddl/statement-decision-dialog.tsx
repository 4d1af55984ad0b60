import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../../api/client.ts';
import type { DdlEntry } from '../../../api/types.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { Callout } from '../../../design/feedback.tsx';
import { Field } from '../../../design/fields.tsx';
import { useNotice } from '../../../design/notices.tsx';
import { useWords } from '../../../words/words.ts';
import { ddlWords } from './ddl-words.ts';

export type StatementAct = 'apply' | 'edit' | 'skip';

/** Says what the decision does with the target and with the rows that wait, and asks. */
export function StatementDecisionDialog({
  channel,
  entry,
  act,
  onDone,
  onClose,
}: {
  channel: string;
  entry: DdlEntry;
  act: StatementAct;
  onDone: () => void;
  onClose: () => void;
}): ReactNode {
  const words = useWords(ddlWords);
  const tell = useNotice();
  const queries = useQueryClient();
  const [sql, setSql] = useState(entry.targetSql ?? entry.sql);
  const decide = async (): Promise<void> => {
    const path = `/channels/${channel}/pipelines/${entry.pipeline}/ddl/${entry.id}/decision`;
    await call(path, { method: 'POST', json: { action: act, ...(act === 'edit' ? { sql } : {}) } });
    tell('good', words.accepted);
    onDone();
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={words[`${act}Title`]}
      action={words[act]}
      wide
      isDanger={act === 'skip'}
      isReady={act !== 'edit' || sql.trim() !== ''}
      onConfirm={decide}
      onClose={onClose}
    >
      {act === 'edit' ? (
        <Field
          label={words.editField}
          render={(attributes) => (
            <textarea
              className="textarea"
              rows={6}
              spellCheck={false}
              value={sql}
              onChange={(event) => setSql(event.target.value)}
              {...attributes}
            />
          )}
        />
      ) : (
        <pre className="code">{act === 'apply' ? entry.targetSql : entry.sql}</pre>
      )}
      <Callout tone={act === 'skip' ? 'warn' : 'info'}>{words[`${act}About`]}</Callout>
    </ConfirmDialog>
  );
}
