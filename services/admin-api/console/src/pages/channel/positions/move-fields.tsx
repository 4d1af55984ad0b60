import type { ReactNode } from 'react';
import { SelectField, TextField } from '../../../design/fields.tsx';
import { useWords } from '../../../words/words.ts';
import { MOVES, type Move, type MoveFault, type MoveForm } from './move-request.ts';
import { positionsWords } from './positions-words.ts';

type MoveFieldsProps = {
  readonly form: MoveForm;
  readonly fault: MoveFault | undefined;
  readonly onChange: (part: Partial<MoveForm>) => void;
};

/** Where to; the fields that this way of saying it needs. */
export function MoveFields({ form, fault, onChange }: MoveFieldsProps): ReactNode {
  const words = useWords(positionsWords);
  return (
    <div className="fields">
      <SelectField<Move>
        label={words.how}
        value={form.move}
        options={MOVES.map((move) => [move, words[move]])}
        onChange={(move) => onChange({ move })}
      />
      <FieldsOf form={form} fault={fault} onChange={onChange} />
    </div>
  );
}

type Name = Exclude<keyof MoveForm, 'move'>;

function FieldsOf({ form, fault, onChange }: MoveFieldsProps): ReactNode {
  const words = useWords(positionsWords);
  // NOTE an empty field is no fault yet: the preview cannot be pressed, and that is enough.
  const field = (name: Name, label: string, more: { hint?: string; type?: string } = {}): ReactNode => (
    <TextField
      label={label}
      value={form[name]}
      fault={form[name] === '' || fault === undefined ? undefined : words[fault]}
      onChange={(text) => onChange({ [name]: text })}
      autoComplete="off"
      {...more}
    />
  );
  switch (form.move) {
    case 'skipTransactions':
    case 'replayTransactions':
      return field('count', words.count);
    case 'time':
      return field('time', words.time, { type: 'datetime-local', hint: words.timeHint });
    case 'gtid':
      return field('gtid', 'GTID', { hint: words.gtidHint });
    case 'file':
      return (
        <>
          {field('file', words.fileName)}
          {field('position', words.filePosition)}
        </>
      );
    case 'offset':
      return (
        <>
          {field('offset', words.offsetValue)}
          {field('partition', words.offsetPartition)}
        </>
      );
    case 'shiftBy':
      return (
        <>
          {field('shift', words.records)}
          {field('partition', words.offsetPartition)}
        </>
      );
  }
}
