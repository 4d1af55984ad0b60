import { type ReactNode, useState } from 'react';
import type { RowAction } from '../../../api/operation-types.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { Callout } from '../../../design/feedback.tsx';
import { SelectField, TextField } from '../../../design/fields.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import type { Scope } from './edited-values.ts';
import { quarantineWords } from './quarantine-words.ts';
import { useDecide } from './row-decision-dialog.tsx';

type Act = Exclude<RowAction, 'edit'>;

/** One decision about all refused rows of a pipeline or of one of its tables. Leaving them out asks for the name of the pipeline. */
export function AllDialog({
  channel,
  scopes,
  onClose,
}: {
  channel: string;
  scopes: readonly Scope[];
  onClose: () => void;
}): ReactNode {
  const words = useWords(quarantineWords);
  const format = useFormat();
  const [act, setAct] = useState<Act>('retry');
  const [chosen, setChosen] = useState('0');
  const [written, setWritten] = useState('');
  const { pipeline, table, rows } = scopes[Number(chosen)] ?? { pipeline: '', table: '', rows: 0 };
  const decide = useDecide(`/channels/${channel}/pipelines/${pipeline}/quarantine`, () => {});
  const nameOf = (scope: Pick<Scope, 'pipeline' | 'table'>): string =>
    scope.table === '' ? words.wholePipeline(scope.pipeline) : words.scopeOf(scope.table, scope.pipeline);
  return (
    <ConfirmDialog
      title={words.allTitle}
      action={words[`${act}All`]}
      isDanger={act === 'skip'}
      isReady={act !== 'skip' || written === pipeline}
      onConfirm={() => decide({ action: act, ...(table === '' ? {} : { table }) })}
      onClose={onClose}
    >
      <SelectField<Act>
        label={words.act}
        value={act}
        options={(['retry', 'take', 'skip'] as const).map((each) => [each, words[`${each}All`]])}
        onChange={setAct}
      />
      <SelectField
        label={words.scope}
        value={chosen}
        options={scopes.map((scope, index) => [String(index), `${nameOf(scope)} · ${format.number(scope.rows)}`])}
        onChange={setChosen}
      />
      <Callout tone={act === 'skip' ? 'bad' : 'info'}>
        <b>{words.allAbout(format.number(rows), nameOf({ pipeline, table }))}</b>
        <div>{words[`${act}About`]}</div>
      </Callout>
      {act === 'skip' && (
        <TextField label={words.typeToConfirm(pipeline)} value={written} onChange={setWritten} autoComplete="off" />
      )}
    </ConfirmDialog>
  );
}
