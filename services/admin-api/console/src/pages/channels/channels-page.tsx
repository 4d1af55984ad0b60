import { Cable, Plus, TriangleAlert } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { useStatuses } from '../../api/queries.ts';
import { useMay } from '../../api/rights.ts';
import { Button, LinkButton } from '../../design/button.tsx';
import { Choice, SearchBox } from '../../design/fields.tsx';
import { List, usePaging } from '../../design/list.tsx';
import { PageHead } from '../../design/page.tsx';
import { common, stateWords } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { useChannelColumns } from './channel-columns.tsx';
import { needsYou, type Summary, summaryOf } from './channel-summary.ts';
import { channelsWords } from './channels-words.ts';
import { OverviewStrip } from './overview-strip.tsx';

type Shown = 'all' | 'needsYou' | Summary['state'];
const PAGE = 100;

/** All channels with state and lag at a glance. */
export default function ChannelsPage(): ReactNode {
  const words = useWords(channelsWords);
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState<Shown>('all');
  const paging = usePaging(PAGE);
  const { data, error, refetch } = useStatuses({ filter: useDeferredValue(filter), limit: paging.limit });
  const columns = useChannelColumns();
  const mayCreate = useMay('admin');
  const summaries = data?.items.map(summaryOf);
  const create = mayCreate ? (
    <LinkButton to="/new" look="primary" icon={<Plus size={15} aria-hidden />}>
      {words.newChannel}
    </LinkButton>
  ) : null;
  const showAll = (): void => {
    setFilter('');
    setShown('all');
  };
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about}>
        {create}
      </PageHead>
      <OverviewStrip />
      <div className="row-between">
        <StateChoice summaries={summaries ?? []} shown={shown} onChange={setShown} />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
      </div>
      <List
        label={words.title}
        columns={columns}
        items={summaries?.filter((item) => isShown(item, shown))}
        keyOf={({ name }) => name}
        answer={{ error, refetch, data: summaries && { items: summaries, total: data?.total ?? 0 } }}
        paging={paging}
        empty={
          filter === '' && shown === 'all'
            ? { icon: Cable, title: words.none, about: words.noneAbout, action: create }
            : {
                title: words.noMatch,
                about: words.noMatchAbout,
                action: <Button onClick={showAll}>{words.showAll}</Button>,
              }
        }
      />
    </div>
  );
}

function isShown(item: Summary, shown: Shown): boolean {
  if (shown === 'all') return true;
  return shown === 'needsYou' ? needsYou(item) : item.state === shown;
}

/** How many channels are in which state; each count is a filter. */
function StateChoice({
  summaries,
  shown,
  onChange,
}: {
  summaries: readonly Summary[];
  shown: Shown;
  onChange: (shown: Shown) => void;
}): ReactNode {
  const words = useWords(channelsWords);
  const states = useWords(stateWords);
  const general = useWords(common);
  const urgent = summaries.filter(needsYou).length;
  const counts = Map.groupBy(summaries, ({ state }) => state);
  const present = (['running', 'paused', 'waiting', 'starting'] as const).filter(
    (state) => counts.has(state) || state === shown,
  );
  return (
    <Choice<Shown>
      label={words.statesOfPage}
      value={shown}
      onChange={onChange}
      options={[
        ['all', `${general.all} ${summaries.length}`],
        [
          'needsYou',
          <span key="needs" className={urgent > 0 ? 'row urgent' : 'row'}>
            <TriangleAlert size={13} aria-hidden />
            {words.needsYou} {urgent}
          </span>,
        ],
        ...present.map((state) => [state, `${states[state]} ${counts.get(state)?.length ?? 0}`] as const),
      ]}
    />
  );
}
