import { BellOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Alarm, AlarmList } from '../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import type { Column } from '../../design/data-table.tsx';
import { Choice } from '../../design/fields.tsx';
import { List, usePaging } from '../../design/list.tsx';
import { PageHead } from '../../design/page.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { Rules } from './rules.tsx';

type Shown = Alarm['state'];
const PAGE = 100;

/** Open alarms, those that are over, and the rules. */
export default function AlarmsPage(): ReactNode {
  const words = useWords(alarmsWords);
  const [state, setState] = useState<Shown>('open');
  const paging = usePaging(PAGE);
  const answer = useApi<AlarmList>('/alarms', { state, limit: paging.limit }, { liveMs: LIVE_MS });
  const columns = useColumns();
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
      <List
        label={words.title}
        columns={columns}
        keyOf={({ id }) => id}
        answer={answer}
        paging={paging}
        empty={
          state === 'open'
            ? { icon: BellOff, title: words.noneOpen, about: words.noneOpenAbout }
            : { icon: BellOff, title: words.noneClosed, about: words.noneClosedAbout }
        }
      />
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
