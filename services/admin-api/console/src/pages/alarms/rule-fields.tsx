import type { ReactNode } from 'react';
import type { AlarmKind } from '../../api/operation-types.ts';
import { SelectField, TextField } from '../../design/fields.tsx';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { DEFAULT_THRESHOLDS, KINDS, type RuleFaults, type RuleForm, thresholdOf } from './rule-form.ts';

/** The single-line fields of a rule; which there are depends on its kind. */
export function RuleFields({
  form,
  faults,
  isNew,
  onChange,
}: {
  form: RuleForm;
  faults: RuleFaults;
  isNew: boolean;
  onChange: (part: Partial<RuleForm>) => void;
}): ReactNode {
  const words = useWords(alarmsWords);
  const unit = thresholdOf(form.kind);
  return (
    <div className="fields">
      <TextField
        label={words.name}
        hint={words.nameHint}
        fault={faults.name === true && form.name !== '' ? words.nameFault : undefined}
        value={form.name}
        disabled={!isNew}
        autoComplete="off"
        onChange={(name) => onChange({ name })}
      />
      <SelectField<AlarmKind>
        label={words.kind}
        value={form.kind}
        options={KINDS.map((kind) => [kind, words[kind]])}
        onChange={(kind) => onChange({ kind, threshold: DEFAULT_THRESHOLDS[kind] ?? '' })}
      />
      <TextField
        label={form.kind === 'node-lost' ? words.instances : words.channel}
        hint={words.channelHint}
        value={form.channel}
        onChange={(channel) => onChange({ channel })}
      />
      {unit !== undefined && (
        <TextField
          label={unit === 'seconds' ? words.thresholdSeconds : words.thresholdCount}
          fault={faults.threshold === true ? words.thresholdFault : undefined}
          value={form.threshold}
          inputMode="numeric"
          onChange={(threshold) => onChange({ threshold })}
        />
      )}
      {form.kind === 'error' && (
        <TextField label={words.match} value={form.match} onChange={(match) => onChange({ match })} />
      )}
      <TextField
        label={words.for}
        hint={words.forHint}
        fault={faults.for === true ? words.durationFault : undefined}
        value={form.for}
        onChange={(text) => onChange({ for: text })}
      />
      <TextField
        label={words.repeatEvery}
        hint={words.repeatHint}
        fault={faults.repeatEvery === true ? words.durationFault : undefined}
        value={form.repeatEvery}
        onChange={(repeatEvery) => onChange({ repeatEvery })}
      />
      <TextField label={words.timeZone} value={form.timeZone} onChange={(timeZone) => onChange({ timeZone })} />
    </div>
  );
}
