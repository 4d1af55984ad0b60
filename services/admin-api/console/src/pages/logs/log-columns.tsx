import { Lightbulb } from 'lucide-react';
import { Link } from 'wouter';
import type { LogEntry, LogLevel } from '../../api/operation-types.ts';
import type { Column } from '../../design/data-table.tsx';
import { Badge, type Tone } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { logsWords } from './logs-words.ts';

const TONES: Readonly<Record<LogLevel, Tone>> = { info: 'info', warn: 'warn', error: 'bad', fatal: 'bad' };
const NAMES = { info: 'info', warn: 'warning', error: 'failure', fatal: 'end' } as const;

export function useLogColumns({ hasChannel }: { hasChannel: boolean }): readonly Column<LogEntry>[] {
  const words = useWords(logsWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    { key: 'at', head: general.time, width: 152, cell: ({ at }) => <span className="soft">{format.time(at)}</span> },
    {
      key: 'level',
      head: words.level,
      width: 84,
      cell: ({ level }) => <Badge tone={TONES[level]}>{words[NAMES[level]]}</Badge>,
    },
    {
      key: 'message',
      head: words.message,
      cell: ({ code, message, remedy }) => (
        <div className="wide-cell">
          <div className="break">
            {code !== undefined && <code>{code}</code>} {message}
          </div>
          {remedy !== undefined && (
            <div className="muted break">
              <Lightbulb size={12} aria-hidden /> <span className="sr-only">{general.whatToDo}: </span>
              {remedy}
            </div>
          )}
        </div>
      ),
    },
    ...(hasChannel
      ? [
          {
            key: 'channel',
            head: general.channel,
            width: 150,
            cell: ({ channel, pipeline }: LogEntry) =>
              channel === undefined ? (
                <span className="muted">–</span>
              ) : (
                <Link href={`/channels/${channel}/logs`} className="break">
                  {pipeline === undefined ? channel : `${channel}/${pipeline}`}
                </Link>
              ),
          },
        ]
      : []),
    {
      key: 'process',
      head: words.process,
      width: 170,
      cell: ({ role, site, instance }) => (
        <>
          <div className="break">{instance}</div>
          <div className="muted">
            {role} · {site}
          </div>
        </>
      ),
    },
  ];
}
