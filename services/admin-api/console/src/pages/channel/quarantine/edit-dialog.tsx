import { type ReactNode, useState } from 'react';
import type { ShownRow } from '../../../api/types.ts';
import { ChangeTable } from '../../../design/change-table.tsx';
import { imageChanges } from '../../../design/changes.ts';
import { ConfirmDialog } from '../../../design/dialog.tsx';
import { Callout } from '../../../design/feedback.tsx';
import { TextField } from '../../../design/fields.tsx';
import { useWords } from '../../../words/words.ts';
import { changedOnly, type Edits, imageOf, isEditable } from './edited-values.ts';
import { quarantineWords } from './quarantine-words.ts';
import { useDecide } from './row-decision-dialog.tsx';

/** Other values for columns of a refused row; only those that differ are sent. */
export function EditDialog({
  path,
  row,
  onDone,
  onClose,
}: {
  path: string;
  row: ShownRow;
  onDone: () => void;
  onClose: () => void;
}): ReactNode {
  const words = useWords(quarantineWords);
  const decide = useDecide(path, onDone);
  const [edits, setEdits] = useState<Edits>({});
  const image = imageOf(row);
  const values = changedOnly(row, edits);
  const hasChanges = Object.keys(values).length > 0;
  return (
    <ConfirmDialog
      title={words.editTitle}
      action={words.edit}
      wide
      isReady={hasChanges}
      onConfirm={() => decide({ action: 'edit', values })}
      onClose={onClose}
    >
      <Callout tone="info">{words.editAbout}</Callout>
      <div className="fields">
        {Object.entries(image).map(([column, value]) => (
          <ColumnField
            key={column}
            column={column}
            isOpen={isEditable(value)}
            value={column in edits ? (edits[column] ?? null) : value}
            onChange={(next) => setEdits({ ...edits, [column]: next })}
          />
        ))}
      </div>
      <section className="stack-s">
        <h3>{words.editChanges}</h3>
        {hasChanges ? (
          <div className="framed">
            <ChangeTable
              label={words.editChanges}
              changes={imageChanges(image, { ...image, ...values }).filter(({ name }) => name in values)}
            />
          </div>
        ) : (
          <p className="muted">{words.editNothing}</p>
        )}
      </section>
    </ConfirmDialog>
  );
}

function ColumnField({
  column,
  isOpen,
  value,
  onChange,
}: {
  column: string;
  isOpen: boolean;
  value: string | null;
  onChange: (value: string | null) => void;
}): ReactNode {
  const words = useWords(quarantineWords);
  return (
    <TextField
      label={column}
      value={value ?? ''}
      disabled={!isOpen || value === null}
      onChange={onChange}
      autoComplete="off"
      hint={
        isOpen ? (
          <label className="row">
            <input
              type="checkbox"
              checked={value === null}
              onChange={(event) => onChange(event.target.checked ? null : '')}
            />
            {words.setNull}
          </label>
        ) : (
          words.editBytes
        )
      }
    />
  );
}
