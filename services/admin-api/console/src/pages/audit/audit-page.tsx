import { FileClock } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { AuditEntry, AuditList } from '../../api/operation-types.ts';
import { useApi } from '../../api/queries.ts';
import { TextButton } from '../../design/button.tsx';
import type { Column } from '../../design/data-table.tsx';
import { SearchBox } from '../../design/fields.tsx';
import { emptyList, List, usePaging } from '../../design/list.tsx';
import { PageHead } from '../../design/page.tsx';
import { Badge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { OUTCOME_TONES, subjectOf } from './audit-entry.ts';
import { auditWords } from './audit-words.ts';
import { EntryDialog } from './entry-dialog.tsx';

const PAGE = 100;
/** What people changed, newest first. */
export default function AuditPage(): ReactNode {
  const words = useWords(auditWords);
  const [by, setBy] = useState('');
  const [channel, setChannel] = useState('');
  const [action, setAction] = useState('');
  const paging = usePaging(PAGE);
  const [looked, setLooked] = useState<AuditEntry>();
  const query = useDeferredValue({ by, channel, action });
  const answer = useApi<AuditList>('/audit', { ...query, limit: paging.limit }, { liveMs: 5_000 });
  const columns = useColumns(setLooked);
  const isAll = by === '' && channel === '' && action === '';
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <div className="toolbar">
        <SearchBox label={words.filterBy} value={by} onChange={setBy} />
        <SearchBox label={words.filterChannel} value={channel} onChange={setChannel} />
        <SearchBox label={words.filterAction} value={action} onChange={setAction} />
      </div>
      <List
        label={words.title}
        columns={columns}
        keyOf={({ id }) => id}
        answer={answer}
        paging={paging}
        empty={emptyList(FileClock, words, !isAll)}
      />
      {looked !== undefined && <EntryDialog entry={looked} onClose={() => setLooked(undefined)} />}
    </div>
  );
}

function useColumns(onLook: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  const words = useWords(auditWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    {
      key: 'what',
      head: words.what,
      cell: (entry) => <TextButton onClick={() => onLook(entry)}>{entry.what}</TextButton>,
    },
    { key: 'action', head: words.action, width: 130, cell: ({ action }) => <code>{action}</code> },
    { key: 'on', head: words.on, width: '20%', cell: (entry) => <span className="break">{subjectOf(entry)}</span> },
    { key: 'by', head: words.by, width: 120, cell: ({ by }) => <span className="break">{by}</span> },
    {
      key: 'outcome',
      head: words.outcome,
      width: 100,
      cell: ({ outcome }) => <Badge tone={OUTCOME_TONES[outcome]}>{words[outcome]}</Badge>,
    },
    { key: 'at', head: general.time, width: 155, cell: ({ at }) => <span className="soft">{format.time(at)}</span> },
  ];
}
