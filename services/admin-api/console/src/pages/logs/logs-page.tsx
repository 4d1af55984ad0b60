import { type ReactNode, useDeferredValue, useState } from 'react';
import { useSearchParams } from 'wouter';
import { PageHead } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { LogList } from './log-list.tsx';
import { logsWords } from './logs-words.ts';

/** Log records of all processes; `?node=` and `?channel=` of the address narrow them. */
export default function LogsPage(): ReactNode {
  const words = useWords(logsWords);
  const [search] = useSearchParams();
  const [channel, setChannel] = useState(search.get('channel') ?? '');
  const [node, setNode] = useState(search.get('node') ?? '');
  const [soughtChannel, soughtNode] = [useDeferredValue(channel), useDeferredValue(node)];
  const fixed = {
    ...(soughtChannel === '' ? {} : { channel: soughtChannel }),
    ...(soughtNode === '' ? {} : { node: soughtNode }),
  };
  const field = (label: string, value: string, onChange: (value: string) => void): ReactNode => (
    <input
      className="input"
      style={{ width: 150 }}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value.trim())}
    />
  );
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      <LogList
        fixed={fixed}
        extra={
          <>
            {field(words.channel, channel, setChannel)}
            {field(words.node, node, setNode)}
          </>
        }
      />
    </div>
  );
}
