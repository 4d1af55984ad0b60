import type { ReactNode } from 'react';
import { useChannelStatus } from '../api/queries.ts';
import { useWords } from '../words/words.ts';
import { detailWords } from './detail-words.ts';
import { Pick } from './fields.tsx';

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
