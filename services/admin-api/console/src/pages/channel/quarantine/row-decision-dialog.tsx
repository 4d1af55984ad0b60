import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../../../api/client.ts';
import type { RowAction } from '../../../api/operation-types.ts';
import type { QuarantineEntry } from '../../../api/types.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { Callout } from '../../../design/feedback.tsx';
import { useNotice } from '../../../design/notices.tsx';
import { useWords } from '../../../words/words.ts';
import { keyText } from './edited-values.ts';
import { quarantineWords } from './quarantine-words.ts';

type Act = Exclude<RowAction, 'edit'>;

/** Says what retry, skip or take will do with this row, and asks. */
export function RowDecisionDialog({
  path,
  entry,
  act,
  onDone,
  onClose,
}: {
  path: string;
  entry: QuarantineEntry;
  act: Act;
  onDone: () => void;
  onClose: () => void;
}): ReactNode {
  const words = useWords(quarantineWords);
  const decide = useDecide(path, onDone);
  return (
    <ConfirmDialog
      title={words[`${act}Title`]}
      action={words[act]}
      isDanger={act === 'skip'}
      onConfirm={() => decide({ action: act })}
      onClose={onClose}
    >
      <p>
        <code className="break">
          {entry.table} {entry.row === undefined ? entry.id : keyText(entry.row.key)}
        </code>
      </p>
      <Callout tone={act === 'skip' ? 'warn' : 'info'}>{words[`${act}About`]}</Callout>
    </ConfirmDialog>
  );
}

/** Sends a decision about rows below `path`, says that it is taken, and loads anew. */
export function useDecide(path: string, onDone: () => void): (decision: unknown) => Promise<void> {
  const words = useWords(quarantineWords);
  const tell = useNotice();
  const queries = useQueryClient();
  return async (decision) => {
    await call(`${path}/decision`, { method: 'POST', json: decision });
    tell('good', words.accepted);
    onDone();
    await queries.invalidateQueries();
  };
}
