import type { QuarantineEntry } from '../../../api/types.ts';
import { TextButton } from '../../../design/button.tsx';
import type { Column } from '../../../design/data-table.tsx';
import { Badge, type Tone } from '../../../design/state-badge.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { keyText } from './edited-values.ts';
import { quarantineWords } from './quarantine-words.ts';

const TONES: Readonly<Record<QuarantineEntry['state'], Tone>> = {
  refused: 'bad',
  waiting: 'warn',
  applied: 'good',
  skipped: 'idle',
};

export function useQuarantineColumns(onLook: (entry: QuarantineEntry) => void): readonly Column<QuarantineEntry>[] {
  const words = useWords(quarantineWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    {
      key: 'row',
      head: words.row,
      width: '26%',
      cell: (entry) => (
        <>
          <TextButton onClick={() => onLook(entry)}>
            {entry.row === undefined ? entry.id : keyText(entry.row.key)}
          </TextButton>
          <div className="muted break">
            {entry.row !== undefined && `${words[entry.row.op]} · `}
            {entry.table}
          </div>
        </>
      ),
    },
    {
      key: 'state',
      head: general.state,
      width: 120,
      cell: ({ state }) => <Badge tone={TONES[state]}>{words[state]}</Badge>,
    },
    {
      key: 'why',
      head: words.why,
      cell: ({ reason, state, decision }) => (
        <div>
          {reason !== undefined && (
            <div className="clamp" title={`${reason.message}\n${reason.remedy}`}>
              <code>{reason.code}</code> {reason.message}
            </div>
          )}
          {reason === undefined && state === 'waiting' && <span className="muted">{words.behind}</span>}
          {decision !== undefined && (
            <div className="muted">{words.decided(words[decision.action as 'retry'], decision.by)}</div>
          )}
        </div>
      ),
    },
    { key: 'pipeline', head: general.pipeline, width: 120, cell: ({ pipeline }) => pipeline },
    {
      key: 'since',
      head: words.since,
      width: 130,
      cell: ({ quarantinedAt }) => <span title={format.time(quarantinedAt)}>{format.ago(quarantinedAt)}</span>,
    },
  ];
}
