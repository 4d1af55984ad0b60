import { Server } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { NodeList, NodeRole } from '../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import { Choice, Pick, SearchBox } from '../../design/fields.tsx';
import { emptyList, List, usePaging } from '../../design/list.tsx';
import { PageHead } from '../../design/page.tsx';
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
  const paging = usePaging(PAGE);
  const query = {
    filter: useDeferredValue(filter),
    role,
    limit: paging.limit,
    ...(shown === 'all' ? {} : { state: shown }),
  };
  const answer = useApi<NodeList>('/nodes', query, { liveMs: LIVE_MS });
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
      <List
        label={words.title}
        columns={columns}
        keyOf={({ instance }) => instance}
        answer={answer}
        paging={paging}
        empty={emptyList(Server, words, !isAll)}
      />
    </div>
  );
}
