import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { AlarmRuleView } from '../../api/operation-types.ts';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { LinesField } from '../../design/fields.tsx';
import { useNotice } from '../../design/notices.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { RuleFields } from './rule-fields.tsx';
import { emptyRule, formOf, type RuleForm, readRule } from './rule-form.ts';

/** Makes a rule or changes one; what is wrong stands at its field, and what the API refuses below. */
export function RuleDialog({ rule, onClose }: { rule?: AlarmRuleView; onClose: () => void }): ReactNode {
  const words = useWords(alarmsWords);
  const general = useWords(common);
  const tell = useNotice();
  const queries = useQueryClient();
  const [form, setForm] = useState<RuleForm>(() =>
    rule === undefined ? emptyRule(Intl.DateTimeFormat().resolvedOptions().timeZone) : formOf(rule),
  );
  const read = readRule(form);
  const faults = 'faults' in read ? read.faults : {};
  const change = (part: Partial<RuleForm>): void => setForm({ ...form, ...part });
  const save = async (): Promise<void> => {
    if (!('rule' in read)) return;
    await call(`/alarm-rules/${form.name}`, { method: 'PUT', json: read.rule });
    tell('good', words.saved(form.name));
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={rule === undefined ? words.newTitle : words.editTitle(rule.name)}
      action={general.save}
      wide
      isReady={'rule' in read}
      onConfirm={save}
      onClose={onClose}
    >
      <RuleFields form={form} faults={faults} isNew={rule === undefined} onChange={change} />
      <div className="fields">
        <LinesField
          label={words.notify}
          hint={words.notifyHint}
          fault={faults.notify === undefined ? undefined : words.notifyFault(faults.notify)}
          value={form.notify}
          onChange={(notify) => change({ notify })}
        />
        <LinesField
          label={words.windows}
          hint={words.windowsHint}
          fault={faults.windows === undefined ? undefined : words.windowsFault(faults.windows)}
          value={form.windows}
          onChange={(windows) => change({ windows })}
        />
      </div>
      <label className="row">
        <input type="checkbox" checked={form.paused} onChange={(event) => change({ paused: event.target.checked })} />
        {words.pauseRule}
      </label>
    </ConfirmDialog>
  );
}
