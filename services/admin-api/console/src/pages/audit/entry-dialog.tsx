import type { ReactNode } from 'react';
import type { AuditEntry } from '../../api/operation-types.ts';
import { ChangeTable } from '../../design/change-table.tsx';
import { valueChanges } from '../../design/changes.ts';
import { Dialog } from '../../design/dialog.tsx';
import { Callout } from '../../design/feedback.tsx';
import { Facts } from '../../design/page.tsx';
import { Badge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { OUTCOME_TONES, subjectOf } from './audit-entry.ts';
import { auditWords } from './audit-words.ts';

/** One act with what it changed, field by field. */
export function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }): ReactNode {
  const words = useWords(auditWords);
  const general = useWords(common);
  const format = useFormat();
  const changes = valueChanges(entry.before, entry.after);
  return (
    <Dialog title={words.detail} wide onClose={onClose}>
      <h3 className="break">{entry.what}</h3>
      {entry.outcome === 'begun' && <Callout tone="warn">{words.begunHelp}</Callout>}
      <Facts
        items={[
          [general.time, format.time(entry.at)],
          [words.by, entry.by],
          [words.action, <code key="action">{entry.action}</code>],
          [words.on, subjectOf(entry)],
          [
            words.outcome,
            <Badge key="outcome" tone={OUTCOME_TONES[entry.outcome]}>
              {words[entry.outcome]}
            </Badge>,
          ],
          ['Id', <code key="id">{entry.id}</code>],
        ]}
      />
      <section className="stack-s">
        <h3>{words.changes}</h3>
        {changes.length === 0 ? (
          <p className="muted">{words.noChanges}</p>
        ) : (
          <div className="framed">
            <ChangeTable label={words.changes} changes={changes} />
          </div>
        )}
      </section>
    </Dialog>
  );
}
