import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../../../api/client.ts';
import { useChannel } from '../../../api/queries.ts';
import type { DiffView } from '../../../api/types.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { useNotice } from '../../../design/notices.tsx';
import { useWords } from '../../../words/words.ts';
import { historyWords } from './history-words.ts';
import { RollbackDiff } from './rollback-diff.tsx';
import { useRollbackPreview } from './use-rollback-preview.ts';

/** Shows what going back changes and does it, if nobody else has changed the channel meanwhile. */
export function RollbackDialog({
  name,
  revision,
  onClose,
}: {
  name: string;
  revision: number;
  onClose: () => void;
}): ReactNode {
  const words = useWords(historyWords);
  const tell = useNotice();
  const queries = useQueryClient();
  const { data: channel } = useChannel(name);
  const { data: preview } = useRollbackPreview(name, revision);
  const rollBack = async (): Promise<void> => {
    const guard = channel === undefined ? {} : { revision: channel.revision };
    const applied = await call<DiffView>(`/channels/${name}/rollback`, {
      method: 'POST',
      json: { revision },
      ...guard,
    });
    await queries.invalidateQueries();
    tell('good', words.rolledBack(name, revision, applied.revision));
  };
  return (
    <ConfirmDialog
      title={words.rollBackTitle(name, revision)}
      action={words.rollBack}
      wide
      isReady={channel !== undefined && preview !== undefined && preview.diff !== ''}
      onConfirm={rollBack}
      onClose={onClose}
    >
      <p>{words.rollBackAbout}</p>
      <RollbackDiff name={name} revision={revision} />
    </ConfirmDialog>
  );
}
