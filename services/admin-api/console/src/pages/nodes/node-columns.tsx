import { CircleCheck, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Node } from '../../api/operation-types.ts';
import type { Column } from '../../design/data-table.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { nodesWords } from './nodes-words.ts';

const MOST_WORK = 4;

export function useNodeColumns(): readonly Column<Node>[] {
  const words = useWords(nodesWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    {
      key: 'process',
      head: words.process,
      width: '22%',
      cell: ({ instance, role, version }) => (
        <>
          <Link href={`/logs?node=${encodeURIComponent(instance)}`} className="cell-main break" title={words.logs}>
            {instance}
          </Link>
          <div className="muted">
            {role} {version}
          </div>
        </>
      ),
    },
    {
      key: 'state',
      head: words.state,
      width: 130,
      cell: ({ state, seenAt }) => (
        <>
          <span className={`badge tone-${state === 'up' ? 'good' : 'bad'}`}>
            {state === 'up' ? <CircleCheck size={12} aria-hidden /> : <Unplug size={12} aria-hidden />}
            {words[state]}
          </span>
          {state === 'lost' && <div className="muted">{words.seen(format.ago(seenAt))}</div>}
        </>
      ),
    },
    { key: 'site', head: general.site, width: 80, cell: ({ site }) => site },
    {
      key: 'host',
      head: words.host,
      width: 150,
      cell: ({ host, pid }) => (
        <>
          <div className="break">{host}</div>
          <div className="muted">pid {pid}</div>
        </>
      ),
    },
    { key: 'work', head: words.work, cell: ({ work }) => <Work work={work} /> },
    {
      key: 'memory',
      head: words.memory,
      isNumber: true,
      width: 100,
      cell: ({ memoryBytes }) => format.bytes(memoryBytes),
    },
    {
      key: 'cpu',
      head: words.cpu,
      isNumber: true,
      width: 70,
      cell: ({ cpuPercent }) => `${Math.round(cpuPercent)} %`,
    },
    {
      key: 'started',
      head: words.started,
      isNumber: true,
      width: 110,
      cell: ({ startedAt, state, seenAt }) => (
        <span title={format.time(startedAt)}>
          {format.duration((state === 'up' ? Date.now() : seenAt) - startedAt)}
        </span>
      ),
    },
  ];
}

function Work({ work }: { work: Node['work'] }): ReactNode {
  const words = useWords(nodesWords);
  if (work.length === 0) return <span className="muted">{words.noWork}</span>;
  return (
    <div className="stack-s">
      {work.slice(0, MOST_WORK).map(({ channel, pipeline, source, state }) => (
        <div key={`${channel} ${pipeline} ${source}`} className="row">
          <StateBadge state={state} />
          {channel === undefined ? (
            <span className="break">{source}</span>
          ) : (
            <Link href={`/channels/${channel}`} className="break">
              {pipeline === undefined ? channel : `${channel}/${pipeline}`}
            </Link>
          )}
        </div>
      ))}
      {work.length > MOST_WORK && <span className="muted">{words.moreWork(work.length - MOST_WORK)}</span>}
    </div>
  );
}
