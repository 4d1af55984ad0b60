import { Server } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { NodeList, NodeRole } from '../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import { Button } from '../../design/button.tsx';
import { DataTable } from '../../design/data-table.tsx';
import { EmptyState, ErrorState } from '../../design/feedback.tsx';
import { Choice, SearchBox } from '../../design/fields.tsx';
import { PageHead, Panel } from '../../design/page.tsx';
import { Pick } from '../../design/pickers.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { useNodeColumns } from './node-columns.tsx';
import { nodesWords } from './nodes-words.ts';

type Shown = 'all' | 'up' | 'lost';
const PAGE = 200;
const ROLES = ['selector', 'loader', 'admin-api'] as const satisfies readonly NodeRole[];

/** The processes of all sites and what each does. */
export default function NodesPage(): ReactNode {
  const words = useWords(nodesWords);
  const general = useWords(common);
  const [filter, setFilter] = useState('');
  const [role, setRole] = useState<NodeRole | ''>('');
  const [shown, setShown] = useState<Shown>('all');
  const [limit, setLimit] = useState(PAGE);
  const query = { filter: useDeferredValue(filter), role, limit, ...(shown === 'all' ? {} : { state: shown }) };
  const { data, error, refetch } = useApi<NodeList>('/nodes', query, { liveMs: LIVE_MS });
  const columns = useNodeColumns();
  const isAll = filter === '' && role === '' && shown === 'all';
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <div className="toolbar">
        <Choice<Shown>
          label={words.state}
          value={shown}
          onChange={setShown}
          options={[
            ['all', general.all],
            ['up', words.up],
            ['lost', words.lost],
          ]}
        />
        <Pick<NodeRole | ''>
          label={words.role}
          value={role}
          onChange={setRole}
          options={[['', words.roleAll], ...ROLES.map((each) => [each, each] as const)]}
        />
        <span className="spring" />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
      </div>
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      {(data !== undefined || error === null) && (
        <Panel flush>
          <DataTable
            label={words.title}
            columns={columns}
            items={data?.items}
            keyOf={({ instance }) => instance}
            empty={
              <EmptyState icon={<Server size={28} aria-hidden />} title={isAll ? words.none : words.noMatch}>
                {isAll ? words.noneAbout : words.noMatchAbout}
              </EmptyState>
            }
          />
        </Panel>
      )}
      {data !== undefined && data.total > data.items.length && (
        <div className="row">
          <Button onClick={() => setLimit(Math.min(1_000, limit + PAGE))}>{general.more}</Button>
          <span className="muted">{general.shown(data.items.length, data.total)}</span>
        </div>
      )}
    </div>
  );
}
