import { Sigma } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { CounterList } from '../../../api/operation-types.ts';
import { useApi } from '../../../api/queries.ts';
import type { Column } from '../../../design/data-table.tsx';
import { SearchBox } from '../../../design/fields.tsx';
import { emptyList, List, usePaging } from '../../../design/list.tsx';
import { Facts, Panel } from '../../../design/page.tsx';
import { PickPipeline } from '../../../design/pick-pipeline.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { countersWords } from './counters-words.ts';

type Counter = CounterList['items'][number];
const PAGE = 200;
const KINDS = ['inserts', 'updates', 'deletes'] as const;

/** How many rows of each table were applied since the history begins; the busiest first. */
export default function Counters({ name }: { name: string }): ReactNode {
  const words = useWords(countersWords);
  const format = useFormat();
  const [pipeline, setPipeline] = useState('');
  const [filter, setFilter] = useState('');
  const paging = usePaging(PAGE, Number.POSITIVE_INFINITY);
  const { data, error, refetch } = useApi<CounterList>(`/channels/${name}/counters`, { pipeline }, { liveMs: 5_000 });
  const sought = useDeferredValue(filter);
  const found = data?.items.filter(({ table }) => table.includes(sought)).toSorted((a, b) => sumOf(b) - sumOf(a));
  const columns = useColumns();
  return (
    <>
      <div className="toolbar">
        <span className="muted">{data === undefined ? '' : words.since(format.time(data.since))}</span>
        <span className="spring" />
        <PickPipeline channel={name} value={pipeline} onChange={setPipeline} />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
      </div>
      {found !== undefined && found.length > 0 && <Sums counters={found} />}
      <List
        label={words.title}
        columns={columns}
        keyOf={({ pipeline: of, table }) => `${of} ${table}`}
        answer={{ error, refetch, data: found && { items: found.slice(0, paging.limit), total: found.length } }}
        paging={paging}
        empty={emptyList(Sigma, words, data?.items.length !== 0)}
      />
    </>
  );
}

function Sums({ counters }: { counters: readonly Counter[] }): ReactNode {
  const words = useWords(countersWords);
  const format = useFormat();
  const of = (kind: (typeof KINDS)[number]): number => counters.reduce((sum, counter) => sum + counter[kind], 0);
  return (
    <Panel>
      <Facts
        items={KINDS.map((kind) => [
          words[kind],
          <span key={kind} className="number">
            {format.number(of(kind))}
          </span>,
        ])}
      />
    </Panel>
  );
}

function useColumns(): readonly Column<Counter>[] {
  const words = useWords(countersWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    { key: 'table', head: general.table, cell: ({ table }) => <span className="cell-main break">{table}</span> },
    { key: 'pipeline', head: general.pipeline, cell: ({ pipeline }) => pipeline },
    ...KINDS.map(
      (kind): Column<Counter> => ({
        key: kind,
        head: words[kind],
        isNumber: true,
        width: 130,
        cell: (counter) => (counter[kind] === 0 ? <span className="muted">0</span> : format.number(counter[kind])),
      }),
    ),
    {
      key: 'whole',
      head: words.whole,
      isNumber: true,
      width: 140,
      cell: (counter) => <b>{format.number(sumOf(counter))}</b>,
    },
  ];
}

function sumOf({ inserts, updates, deletes }: Counter): number {
  return inserts + updates + deletes;
}
