import type { ReactNode } from 'react';
import { useWords } from '../words/words.ts';
import { type Change, isChanged, NULL_TEXT } from './changes.ts';
import { detailWords } from './detail-words.ts';

/** Fields side by side, before and after; what differs is marked by colour and sign. */
export function ChangeTable({ label, changes }: { label: string; changes: readonly Change[] }): ReactNode {
  const words = useWords(detailWords);
  return (
    <div className="table-wrap">
      <table className="table changes" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.name} className={isChanged(change) ? 'changed' : undefined}>
              <th scope="row" className="break">
                {change.name}
              </th>
              <td className={change.before === undefined ? undefined : 'minus'}>
                <Value text={change.before} />
              </td>
              <td className={change.after === undefined ? undefined : 'plus'}>
                <Value text={change.after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ text }: { text: string | undefined }): ReactNode {
  if (text === undefined) return <span className="muted">–</span>;
  if (text === NULL_TEXT) return <span className="muted mono">NULL</span>;
  return <span className="mono break">{text === '' ? '""' : text}</span>;
}
