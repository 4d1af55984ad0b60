import { ScrollText } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { DdlState } from '../../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../../api/queries.ts';
import type { DdlEntry, DdlList } from '../../../api/types.ts';
import { TextButton } from '../../../design/button.tsx';
import type { Column } from '../../../design/data-table.tsx';
import { Pick, SearchBox } from '../../../design/fields.tsx';
import { emptyList, List, usePaging } from '../../../design/list.tsx';
import { PickPipeline } from '../../../design/pick-pipeline.tsx';
import { Badge, type Tone } from '../../../design/state-badge.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { ddlWords } from './ddl-words.ts';
import { StatementDialog } from './statement-dialog.tsx';

const PAGE = 500;
const STATES = ['held', 'queued', 'arriving', 'applying', 'applied', 'skipped'] as const satisfies readonly DdlState[];
const TONES: Readonly<Record<DdlState, Tone>> = {
  ...{ held: 'warn', queued: 'warn', arriving: 'info', applying: 'info', applied: 'good', skipped: 'idle' },
};

/** The ledger of statements: what became of each, and decisions about those that are held. */
export default function Ddl({ name }: { name: string }): ReactNode {
  const words = useWords(ddlWords);
  const [state, setState] = useState<DdlState | ''>('');
  const [pipeline, setPipeline] = useState('');
  const [filter, setFilter] = useState('');
  const [looked, setLooked] = useState<DdlEntry>();
  const paging = usePaging(PAGE);
  const answer = useApi<DdlList>(
    `/channels/${name}/ddl`,
    { state, pipeline, limit: paging.limit },
    { liveMs: LIVE_MS },
  );
  const sought = useDeferredValue(filter).toLowerCase();
  const items = answer.data?.items.filter((entry) => textOf(entry).includes(sought));
  const columns = useColumns(setLooked);
  const isAll = state === '' && filter === '';
  return (
    <>
      <div className="toolbar">
        <Pick<DdlState | ''>
          label={words.states}
          value={state}
          onChange={setState}
          options={[['', words.all], ...STATES.map((each) => [each, words[each]] as const)]}
        />
        <PickPipeline channel={name} value={pipeline} onChange={setPipeline} />
        <span className="spring" />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
      </div>
      <List
        label={words.title}
        columns={columns}
        items={items}
        keyOf={({ pipeline: of, id }) => `${of} ${id}`}
        answer={answer}
        paging={paging}
        empty={emptyList(ScrollText, words, !isAll)}
      />
      {looked !== undefined && (
        <StatementDialog
          channel={name}
          entry={
            answer.data?.items.find(({ id, pipeline: of }) => id === looked.id && of === looked.pipeline) ?? looked
          }
          onClose={() => setLooked(undefined)}
        />
      )}
    </>
  );
}

function textOf({ sql, targetSql, tables, words }: DdlEntry): string {
  return `${words} ${sql} ${targetSql ?? ''} ${tables.join(' ')}`.toLowerCase();
}

function useColumns(onLook: (entry: DdlEntry) => void): readonly Column<DdlEntry>[] {
  const words = useWords(ddlWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    {
      key: 'statement',
      head: words.statement,
      cell: (entry) => (
        <>
          <TextButton onClick={() => onLook(entry)}>{entry.words}</TextButton>
          <div className="clamp mono soft">{entry.sql}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: general.state,
      width: '28%',
      cell: ({ state, reason, decision }) => (
        <div className="stack-s">
          <div>
            <Badge tone={TONES[state]}>{words[state]}</Badge>
          </div>
          {reason !== undefined && <div className="muted clamp">{reason.message}</div>}
          {decision !== undefined && <div className="muted">{words.decided(words[decision.action], decision.by)}</div>}
        </div>
      ),
    },
    {
      key: 'tables',
      head: words.tables,
      width: '18%',
      cell: ({ tables }) => <span className="break">{tables.length === 0 ? '–' : tables.join(', ')}</span>,
    },
    { key: 'pipeline', head: general.pipeline, width: 110, cell: ({ pipeline }) => pipeline },
    {
      key: 'at',
      head: words.committed,
      width: 130,
      cell: ({ committedAt }) => <span title={format.time(committedAt)}>{format.ago(committedAt)}</span>,
    },
  ];
}
