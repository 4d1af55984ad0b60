import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { DatabaseView } from '../../api/types.ts';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { useNotice } from '../../design/notices.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { ConnectionTest } from './connection-test.tsx';
import { databaseDocument, draftOf, isWhole, NEW_DATABASE } from './database-draft.ts';
import { DatabaseForm } from './database-form.tsx';
import { databasesWords } from './databases-words.ts';

/** Adds or changes a database of its own, tested before it is stored. */
export function DatabaseDialog({ stored, onClose }: { stored?: DatabaseView; onClose: () => void }): ReactNode {
  const words = useWords(databasesWords);
  const general = useWords(common);
  const tell = useNotice();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(stored === undefined ? NEW_DATABASE : draftOf(stored));
  const isReady = isWhole(draft);
  const save = async (): Promise<void> => {
    await call(`/databases/${draft.name}`, { method: 'PUT', json: databaseDocument(draft, stored) });
    await queries.invalidateQueries();
    tell('good', words.saved(draft.name));
  };
  return (
    <ConfirmDialog
      title={stored === undefined ? words.add : `${words.edit}: ${stored.name}`}
      action={general.save}
      isReady={isReady}
      wide
      onConfirm={save}
      onClose={onClose}
    >
      <DatabaseForm draft={draft} isNew={stored === undefined} onChange={setDraft} />
      <ConnectionTest document={() => databaseDocument(draft, stored)} isReady={isReady} />
    </ConfirmDialog>
  );
}
