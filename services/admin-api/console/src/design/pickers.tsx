import type { ReactNode } from 'react';
import { useChannelStatus } from '../api/queries.ts';
import { useWords } from '../words/words.ts';
import { detailWords } from './detail-words.ts';
import './details.css';

/** A choice of a tool bar, without a label above it. */
export function Pick<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}): ReactNode {
  return (
    <select
      className="select"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
    >
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** One pipeline of a channel, or all (''); nothing to choose where there is one. */
export function PickPipeline({
  channel,
  value,
  onChange,
}: {
  channel: string;
  value: string;
  onChange: (pipeline: string) => void;
}): ReactNode {
  const words = useWords(detailWords);
  const { data: status } = useChannelStatus(channel);
  const names = status?.pipelines.map(({ name }) => name) ?? [];
  if (names.length < 2) return null;
  return (
    <Pick
      label={words.pipeline}
      value={value}
      onChange={onChange}
      options={[['', words.allPipelines], ...names.map((name) => [name, name] as const)]}
    />
  );
}
