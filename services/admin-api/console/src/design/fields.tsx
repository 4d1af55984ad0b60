import { Search } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';

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

type Labelled = { readonly label: string; readonly hint?: ReactNode; readonly fault?: string | undefined };
type Written = { readonly value: string; readonly onChange: (value: string) => void };
type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>;

export function TextField({
  label,
  hint,
  fault,
  value,
  onChange,
  ...rest
}: InputProps & Labelled & Written): ReactNode {
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

/** A text of a few lines. */
export function LinesField({ value, onChange, ...labelled }: Labelled & Written): ReactNode {
  return (
    <Field
      {...labelled}
      render={(attributes) => (
        <textarea
          className="textarea"
          rows={3}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          {...attributes}
        />
      )}
    />
  );
}

type Chosen<T extends string> = {
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChange: (value: T) => void;
};
type SelectProps = Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'>;

export function SelectField<T extends string>({
  label,
  hint,
  ...choice
}: Omit<Labelled, 'fault'> & Chosen<T>): ReactNode {
  return <Field label={label} hint={hint} render={(attributes) => <Select {...choice} {...attributes} />} />;
}

/** A choice of a tool bar, without a label above it. */
export function Pick<T extends string>({ label, ...choice }: { readonly label: string } & Chosen<T>): ReactNode {
  return <Select aria-label={label} title={label} {...choice} />;
}

function Select<T extends string>({ value, options, onChange, ...rest }: Chosen<T> & SelectProps): ReactNode {
  return (
    <select className="select" value={value} onChange={(event) => onChange(event.target.value as T)} {...rest}>
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** A search box of a list. */
export function SearchBox({ label, value, onChange }: { readonly label: string } & Written): ReactNode {
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
}: Omit<Chosen<T>, 'options'> & {
  readonly label: string;
  readonly options: readonly (readonly [value: T, label: ReactNode])[];
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
