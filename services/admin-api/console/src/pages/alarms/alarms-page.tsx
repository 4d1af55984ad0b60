import { BellOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Alarm, AlarmList } from '../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import { Button } from '../../design/button.tsx';
import { type Column, DataTable } from '../../design/data-table.tsx';
import { EmptyState, ErrorState } from '../../design/feedback.tsx';
import { Choice } from '../../design/fields.tsx';
import { PageHead, Panel } from '../../design/page.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { Rules } from './rules.tsx';
import '../../design/details.css';

type Shown = Alarm['state'];
const PAGE = 100;

/** Open alarms, those that are over, and the rules. */
export default function AlarmsPage(): ReactNode {
  const words = useWords(alarmsWords);
  const general = useWords(common);
  const [state, setState] = useState<Shown>('open');
  const [limit, setLimit] = useState(PAGE);
  const { data, error, refetch } = useApi<AlarmList>('/alarms', { state, limit }, { liveMs: LIVE_MS });
  const columns = useColumns();
  const isOpen = state === 'open';
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <div className="toolbar">
        <Choice<Shown>
          label={words.states}
          value={state}
          onChange={setState}
          options={[
            ['open', words.open],
            ['closed', words.closed],
          ]}
        />
      </div>
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      {(data !== undefined || error === null) && (
        <Panel flush>
          <DataTable
            label={words.title}
            columns={columns}
            items={data?.items}
            keyOf={({ id }) => id}
            empty={
              <EmptyState icon={<BellOff size={28} aria-hidden />} title={isOpen ? words.noneOpen : words.noneClosed}>
                {isOpen ? words.noneOpenAbout : words.noneClosedAbout}
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
      <Rules />
    </div>
  );
}

function useColumns(): readonly Column<Alarm>[] {
  const words = useWords(alarmsWords);
  const format = useFormat();
  return [
    {
      key: 'subject',
      head: words.subject,
      width: '22%',
      cell: ({ subject, channel, kind }) => (
        <>
          {channel === undefined ? (
            <span className="cell-main break">{subject}</span>
          ) : (
            <Link href={`/channels/${channel}`} className="cell-main break">
              {subject}
            </Link>
          )}
          <div className="muted">{words[kind]}</div>
        </>
      ),
    },
    {
      key: 'message',
      head: words.message,
      cell: ({ code, message, remedy }) => (
        <>
          <div className="break">
            {code !== undefined && <code>{code}</code>} {message}
          </div>
          <div className="muted break">{remedy}</div>
        </>
      ),
    },
    {
      key: 'rule',
      head: words.rule,
      width: 170,
      cell: ({ rule, told, noticeTrouble }) => (
        <>
          <div className="break">{rule}</div>
          <div className="muted">{told === 0 ? words.notTold : words.told(told)}</div>
          {noticeTrouble !== undefined && <div className="lag-slow break">{words.trouble(noticeTrouble)}</div>}
        </>
      ),
    },
    {
      key: 'since',
      head: words.since,
      width: 150,
      cell: ({ openedAt, closedAt }) => (
        <span title={format.time(openedAt)}>
          {format.ago(openedAt)}
          {closedAt !== undefined && <div className="muted">{words.lasted(format.duration(closedAt - openedAt))}</div>}
        </span>
      ),
    },
  ];
}
