import { History as HistoryIcon } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useApi } from '../../../api/queries.ts';
import type { RevisionList, RevisionView } from '../../../api/types.ts';
import { TextButton } from '../../../design/button.tsx';
import type { Column } from '../../../design/data-table.tsx';
import { SearchBox } from '../../../design/fields.tsx';
import { emptyList, List } from '../../../design/list.tsx';
import { Badge } from '../../../design/state-badge.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { historyWords } from './history-words.ts';
import { RevisionDialog } from './revision-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';

type Open = { readonly act: 'look' | 'rollback'; readonly revision: number };

/** The revisions of a channel's document: look at one, compare it with the present one, go back to it. */
export default function History({ name }: { name: string }): ReactNode {
  const words = useWords(historyWords);
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<Open>();
  const asked = useDeferredValue(filter);
  const answer = useApi<RevisionList>(`/channels/${name}/revisions`, { filter: asked, limit: 100 });
  const { data: all } = useApi<RevisionList>(`/channels/${name}/revisions`, { limit: 1 });
  const present = all?.items[0]?.revision;
  const columns = useColumns(present, (revision) => setOpen({ act: 'look', revision }));
  const close = (): void => setOpen(undefined);
  return (
    <>
      <div className="toolbar">
        <span className="muted">{words.about}</span>
        <span className="spring" />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
      </div>
      <List
        label={words.title}
        columns={columns}
        keyOf={({ revision }) => String(revision)}
        answer={answer}
        empty={emptyList(HistoryIcon, words, asked !== '')}
      />
      {open?.act === 'look' && (
        <RevisionDialog
          name={name}
          revision={open.revision}
          isPresent={open.revision === present}
          onRollback={() => setOpen({ act: 'rollback', revision: open.revision })}
          onClose={close}
        />
      )}
      {open?.act === 'rollback' && <RollbackDialog name={name} revision={open.revision} onClose={close} />}
    </>
  );
}

function useColumns(present: number | undefined, onLook: (revision: number) => void): readonly Column<RevisionView>[] {
  const words = useWords(historyWords);
  const format = useFormat();
  return [
    {
      key: 'revision',
      head: words.revision,
      width: 150,
      cell: ({ revision }) => (
        <span className="row">
          <TextButton onClick={() => onLook(revision)}>{words.name(revision)}</TextButton>
          {revision === present && <Badge tone="good">{words.now}</Badge>}
        </span>
      ),
    },
    {
      key: 'changed',
      head: words.changed,
      cell: ({ revision, changed, note }) => (
        <div className="stack-s">
          <div className="row">
            {changed.length === 0 && note === undefined && revision === 1 && <Badge>{words.first}</Badge>}
            {changed.map((part) => (
              <Badge key={part}>{part}</Badge>
            ))}
          </div>
          {note !== undefined && <span className="muted">{note}</span>}
        </div>
      ),
    },
    { key: 'by', head: words.by, width: '20%', cell: ({ by }) => <span className="break">{by}</span> },
    { key: 'at', head: words.at, width: 160, cell: ({ at }) => <span className="soft">{format.time(at)}</span> },
  ];
}
