import { Link } from 'wouter';
import type { Column } from '../../design/data-table.tsx';
import { Lag } from '../../design/lag.tsx';
import { Badge, StateBadge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import type { Summary } from './channel-summary.ts';
import { channelsWords } from './channels-words.ts';

/** The columns of the list of channels. */
export function useChannelColumns(): readonly Column<Summary>[] {
  const words = useWords(channelsWords);
  const general = useWords(common);
  const format = useFormat();
  return [
    {
      key: 'name',
      head: general.channel,
      width: '26%',
      cell: ({ name }) => (
        <Link href={`/channels/${name}`} className="cell-main break">
          {name}
        </Link>
      ),
    },
    {
      key: 'state',
      head: general.state,
      width: '30%',
      cell: ({ state, reason, name, held, quarantined }) => (
        <div className="stack-s">
          <div className="row">
            <StateBadge state={state} />
            {held > 0 && (
              <Link href={`/channels/${name}/ddl`}>
                <Badge tone="warn">{words.held(held)}</Badge>
              </Link>
            )}
            {quarantined > 0 && (
              <Link href={`/channels/${name}/quarantine`}>
                <Badge tone="warn">{words.quarantined(quarantined)}</Badge>
              </Link>
            )}
          </div>
          {reason !== undefined && (
            <div className="muted clamp" title={reason.message}>
              {reason.message}
            </div>
          )}
        </div>
      ),
    },
    {
      key: 'route',
      head: words.route,
      cell: ({ routes }) => (
        <span className="soft" title={routes.join('\n')}>
          {routes[0]}
          {routes.length > 1 && <span className="muted"> +{routes.length - 1}</span>}
        </span>
      ),
    },
    { key: 'lag', head: general.lag, isNumber: true, width: 110, cell: ({ lagMs }) => <Lag ms={lagMs} /> },
    {
      key: 'rate',
      head: general.rowsPerSecond,
      isNumber: true,
      width: 110,
      cell: ({ rowsPerSecond }) => format.compact(rowsPerSecond),
    },
  ];
}
