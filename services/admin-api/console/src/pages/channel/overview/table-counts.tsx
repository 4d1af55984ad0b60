import { Table2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { PipelineView } from '../../../api/types.ts';
import { type Column, DataTable } from '../../../design/data-table.tsx';
import { EmptyState } from '../../../design/feedback.tsx';
import { SearchBox } from '../../../design/fields.tsx';
import { Panel } from '../../../design/page.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { overviewWords } from './overview-words.ts';

type Counts = {
  readonly pipeline: string;
  readonly table: string;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  readonly quarantined: number;
};
const MOST = 100;

/** What was applied, by table of the target. */
export function TableCounts({ pipelines }: { pipelines: readonly PipelineView[] }): ReactNode {
  const words = useWords(overviewWords);
  const general = useWords(common);
  const format = useFormat();
  const [filter, setFilter] = useState('');
  const all = pipelines.flatMap(countsOf);
  const found = all.filter(({ table }) => table.includes(filter));
  const count = (key: 'inserts' | 'updates' | 'deletes' | 'quarantined', head: string): Column<Counts> => ({
    key,
    head,
    isNumber: true,
    width: 120,
    cell: (item) => (item[key] === 0 ? <span className="muted">0</span> : format.number(item[key])),
  });
  const columns: readonly Column<Counts>[] = [
    { key: 'table', head: general.table, cell: ({ table }) => <span className="cell-main break">{table}</span> },
    { key: 'pipeline', head: general.pipeline, cell: ({ pipeline }) => pipeline },
    count('inserts', words.inserts),
    count('updates', words.updates),
    count('deletes', words.deletes),
    count('quarantined', words.quarantined),
  ];
  return (
    <Panel
      flush
      title={
        <>
          {words.tables} <span className="muted head-note">{words.tablesAbout}</span>
        </>
      }
      actions={all.length > 8 && <SearchBox label={general.search} value={filter} onChange={setFilter} />}
    >
      <DataTable
        label={words.tables}
        columns={columns}
        items={found.slice(0, MOST)}
        keyOf={({ pipeline, table }) => `${pipeline} ${table}`}
        empty={
          <EmptyState icon={<Table2 size={28} aria-hidden />} title={words.noTables}>
            {words.noTablesAbout}
          </EmptyState>
        }
      />
    </Panel>
  );
}

function countsOf({ name, loader }: PipelineView): Counts[] {
  const waiting = loader?.quarantine?.tables ?? {};
  const tables = new Set([...Object.keys(loader?.tables ?? {}), ...Object.keys(waiting)]);
  return [...tables].sort().map((table) => {
    const { inserts = 0, updates = 0, deletes = 0 } = loader?.tables[table] ?? {};
    return { pipeline: name, table, inserts, updates, deletes, quarantined: waiting[table] ?? 0 };
  });
}
