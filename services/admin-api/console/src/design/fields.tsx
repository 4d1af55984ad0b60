import { Search } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

/** A labelled field with a hint or, when it is wrong, the fault. The child gets id and aria from `render`. */
export function Field({
  label,
  hint,
  fault,
  render,
}: {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  render: (attributes: { id: string; 'aria-invalid': boolean; 'aria-describedby': string }) => ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {render({ id, 'aria-invalid': fault !== undefined, 'aria-describedby': `${id}-note` })}
      <span id={`${id}-note`} className={fault === undefined ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>;

export function TextField({
  label,
  hint,
  fault,
  value,
  onChange,
  ...rest
}: InputProps & {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <Field
      label={label}
      hint={hint}
      fault={fault}
      render={(attributes) => (
        <input
          className="input"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          {...attributes}
          {...rest}
        />
      )}
    />
  );
}

export function SelectField<T extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: {
  label: string;
  hint?: ReactNode;
  value: T;
  options: readonly (readonly [value: T, label: string])[];
  onChange: (value: T) => void;
}): ReactNode {
  return (
    <Field
      label={label}
      hint={hint}
      render={(attributes) => (
        <select
          className="select"
          value={value}
          onChange={(event) => onChange(event.target.value as T)}
          {...attributes}
        >
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** A search box of a list. */
export function SearchBox({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <div className="search">
      <Search size={14} aria-hidden />
      <input
        className="input"
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** One of a few: buttons side by side. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, label: ReactNode])[];
  onChange: (value: T) => void;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of joined buttons
    <div className="choice" role="group" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChange(each)}>
          {text}
        </button>
      ))}
    </div>
  );
}
