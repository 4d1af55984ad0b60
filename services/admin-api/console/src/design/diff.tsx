import type { ReactNode } from 'react';

/** A unified diff, line by line. */
export function Diff({ text }: { text: string }): ReactNode {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <pre className="diff">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name than their place
        <span key={index} className={classOf(line)}>
          {line === '' ? ' ' : line}
        </span>
      ))}
    </pre>
  );
}

function classOf(line: string): string {
  if (line.startsWith('@@') || line.startsWith('---') || line.startsWith('+++')) return 'place';
  if (line.startsWith('+')) return 'plus';
  return line.startsWith('-') ? 'minus' : '';
}
