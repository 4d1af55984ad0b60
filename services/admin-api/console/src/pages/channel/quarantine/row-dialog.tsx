import { type ReactNode, useState } from 'react';
import type { RowAction } from '../../../api/operation-types.ts';
import { useApi } from '../../../api/queries.ts';
import { useMay } from '../../../api/rights.ts';
import type { QuarantineEntry } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { ChangeTable } from '../../../design/change-table.tsx';
import { imageChanges } from '../../../design/changes.ts';
import { Dialog } from '../../../design/dialog.tsx';
import { Callout, ReasonCallout } from '../../../design/feedback.tsx';
import { Facts } from '../../../design/page.tsx';
import { Badge } from '../../../design/state-badge.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { EditDialog } from './edit-dialog.tsx';
import { keyText } from './edited-values.ts';
import { quarantineWords } from './quarantine-words.ts';
import { RowDecisionDialog } from './row-decision-dialog.tsx';

const ACTS = ['skip', 'take', 'edit', 'retry'] as const satisfies readonly RowAction[];

/** Everything about one row, and what can be decided. */
export function RowDialog({
  channel,
  entry: listed,
  onClose,
}: {
  channel: string;
  entry: QuarantineEntry;
  onClose: () => void;
}): ReactNode {
  const words = useWords(quarantineWords);
  const mayOperate = useMay('operator');
  const [act, setAct] = useState<RowAction>();
  const path = `/channels/${channel}/pipelines/${listed.pipeline}/quarantine/${listed.id}`;
  const { data: entry = listed } = useApi<QuarantineEntry>(path, {}, { liveMs: 2_000 });
  const canDecide = mayOperate && entry.state === 'refused';
  const title = words.detailTitle(entry.table);
  return (
    <Dialog
      title={title}
      wide
      onClose={onClose}
      foot={
        entry.state === 'refused' &&
        ACTS.map((each) => (
          <Button
            key={each}
            look={each === 'retry' ? 'primary' : each === 'skip' ? 'danger' : 'plain'}
            disabled={!canDecide || (each === 'edit' && entry.row === undefined)}
            onClick={() => setAct(each)}
          >
            {words[each]}
          </Button>
        ))
      }
    >
      <RowDetail entry={entry} />
      {act === 'edit' && entry.row !== undefined && (
        <EditDialog path={path} row={entry.row} onDone={onClose} onClose={() => setAct(undefined)} />
      )}
      {act !== undefined && act !== 'edit' && (
        <RowDecisionDialog path={path} entry={entry} act={act} onDone={onClose} onClose={() => setAct(undefined)} />
      )}
    </Dialog>
  );
}

function RowDetail({ entry }: { entry: QuarantineEntry }): ReactNode {
  const words = useWords(quarantineWords);
  const format = useFormat();
  const { row, reason, sql } = entry;
  return (
    <>
      {row !== undefined && (
        <div className="row">
          <Badge tone="info">{words[row.op]}</Badge>
          <code className="break">{keyText(row.key)}</code>
        </div>
      )}
      {reason !== undefined && <ReasonCallout reason={reason} tone={entry.state === 'refused' ? 'bad' : 'info'} />}
      {entry.state === 'waiting' && <Callout tone="warn">{words.behind}</Callout>}
      {entry.decision !== undefined && (
        <Callout tone="info">
          {words.decided(words[entry.decision.action as 'retry'], entry.decision.by)} · {format.time(entry.decision.at)}
        </Callout>
      )}
      <section className="stack-s">
        <h3>{words.values}</h3>
        {row === undefined ? (
          <p className="muted">{words.valuesGone}</p>
        ) : (
          <div className="framed">
            <ChangeTable label={words.values} changes={imageChanges(row.before, row.after)} />
          </div>
        )}
      </section>
      {sql !== undefined && (
        <section className="stack-s">
          <h3>{words.statement}</h3>
          <pre className="code">{sql}</pre>
        </section>
      )}
      <section className="stack-s">
        <h3>{words.place}</h3>
        <Facts
          items={[
            [words.committed, format.time(entry.committedAt)],
            [words.quarantined, format.time(entry.quarantinedAt)],
            ['GTID', <code key="gtid">{entry.gtid === '' ? '–' : entry.gtid}</code>],
            [words.binlog, <code key="file">{`${entry.file}:${entry.position}`}</code>],
            [words.record, <code key="record">{`${entry.topic}/${entry.partition}/${entry.offset}`}</code>],
            ['Id', <code key="id">{entry.id}</code>],
          ]}
        />
      </section>
    </>
  );
}
