import { Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../../api/queries.ts';
import { useMay } from '../../../api/rights.ts';
import type { RevisionDocument } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { Dialog } from '../../../design/dialog.tsx';
import { ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { Choice } from '../../../design/fields.tsx';
import { Facts } from '../../../design/page.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { historyWords } from './history-words.ts';
import { RollbackDiff } from './rollback-diff.tsx';

type Shown = 'difference' | 'document';

/** One revision: who made it, its text, and how it differs from the present one. */
export function RevisionDialog({
  name,
  revision,
  isPresent,
  onRollback,
  onClose,
}: {
  name: string;
  revision: number;
  isPresent: boolean;
  onRollback: () => void;
  onClose: () => void;
}): ReactNode {
  const words = useWords(historyWords);
  const format = useFormat();
  const mayChange = useMay('admin');
  const canCompare = mayChange && !isPresent;
  const [shown, setShown] = useState<Shown>(canCompare ? 'difference' : 'document');
  const { data, error, refetch } = useApi<RevisionDocument>(`/channels/${name}/revisions/${revision}`);
  return (
    <Dialog
      title={words.name(revision)}
      wide
      onClose={onClose}
      foot={
        isPresent ? undefined : (
          <Button
            look="primary"
            icon={<Undo2 size={15} aria-hidden />}
            disabled={!mayChange}
            title={mayChange ? undefined : words.onlyAdmin}
            onClick={onRollback}
          >
            {words.rollBack}
          </Button>
        )
      }
    >
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Skeleton height={320} />}
      {data !== undefined && (
        <>
          <Facts
            items={[
              [words.at, format.time(data.at)],
              [words.by, data.by],
              [words.changed, [...data.changed, data.note ?? ''].filter((text) => text !== '').join(', ') || '–'],
            ]}
          />
          {canCompare && (
            <div>
              <Choice<Shown>
                label={words.shown}
                value={shown}
                onChange={setShown}
                options={[
                  ['difference', words.difference],
                  ['document', words.document],
                ]}
              />
            </div>
          )}
          {shown === 'document' ? (
            <pre className="code">{data.yaml}</pre>
          ) : (
            <RollbackDiff name={name} revision={revision} />
          )}
        </>
      )}
    </Dialog>
  );
}
