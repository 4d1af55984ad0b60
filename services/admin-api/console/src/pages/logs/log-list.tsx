import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FileText, Pause, Play } from 'lucide-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import { call, type Query } from '../../api/client.ts';
import type { LogEntry, LogLevel, LogList as LogReply } from '../../api/operation-types.ts';
import { LIVE_MS } from '../../api/queries.ts';
import { Button } from '../../design/button.tsx';
import { Pick, SearchBox } from '../../design/fields.tsx';
import { emptyList, List, usePaging } from '../../design/list.tsx';
import { useWords } from '../../words/words.ts';
import { useLogColumns } from './log-columns.tsx';
import { logsWords } from './logs-words.ts';

type Span = 'all' | 'hour' | 'day';
const SPANS: Readonly<Record<Span, number | undefined>> = { all: undefined, hour: 3_600_000, day: 86_400_000 };
const PAGE = 100;

/** Log records that fit `fixed` (a channel, a process), with filters; live until it is held. */
export function LogList({ fixed = {}, extra }: { fixed?: Query; extra?: ReactNode }): ReactNode {
  const words = useWords(logsWords);
  const [level, setLevel] = useState<LogLevel | ''>('');
  const [span, setSpan] = useState<Span>('all');
  const [filter, setFilter] = useState('');
  const paging = usePaging(PAGE);
  const [isHeld, setHeld] = useState(false);
  const query = { ...fixed, level, filter: useDeferredValue(filter), limit: paging.limit };
  const answer = useQuery({
    queryKey: ['/logs', query, span],
    queryFn: () => {
      const length = SPANS[span];
      return call<LogReply>('/logs', {
        query: { ...query, from: length === undefined ? undefined : Date.now() - length },
      });
    },
    placeholderData: keepPreviousData,
    ...(isHeld ? {} : { refetchInterval: LIVE_MS }),
  });
  const columns = useLogColumns({ hasChannel: fixed.channel === undefined });
  const isNarrowed = level !== '' || span !== 'all' || filter !== '' || Object.keys(fixed).length > 0;
  return (
    <>
      <div className="toolbar">
        <Pick<LogLevel | ''>
          label={words.level}
          value={level}
          onChange={setLevel}
          options={[
            ['', words.levelAll],
            ...(['warn', 'error', 'fatal'] as const).map((each) => [each, words[each]] as const),
          ]}
        />
        <Pick<Span>
          label={words.span}
          value={span}
          onChange={setSpan}
          options={[
            ['all', words.spanAll],
            ['hour', words.hour],
            ['day', words.day],
          ]}
        />
        {extra}
        <span className="spring" />
        <SearchBox label={words.filter} value={filter} onChange={setFilter} />
        <Button
          icon={isHeld ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          aria-pressed={isHeld}
          onClick={() => setHeld(!isHeld)}
        >
          {isHeld ? words.follow : words.hold}
        </Button>
      </div>
      <List<LogEntry>
        label={words.title}
        columns={columns}
        keyOf={({ id }) => id}
        answer={answer}
        paging={paging}
        empty={emptyList(FileText, words, isNarrowed)}
      />
    </>
  );
}
