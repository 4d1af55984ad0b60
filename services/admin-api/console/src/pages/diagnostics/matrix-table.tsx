import { Check, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { diagnosticsWords } from './diagnostics-words.ts';
import { type Matrix, shortName, worstOf } from './matrix.ts';
import './diagnostics.css';

const KINDS = { kafka: 'kafka', registry: 'registry', redis: 'redis', database: 'database' } as const;

/** Rows ask, columns are asked; each cell with a link is a button. */
export function MatrixTable({
  matrix,
  chosen,
  onChoose,
}: {
  matrix: Matrix;
  chosen: { readonly from: string; readonly to: string } | undefined;
  onChoose: (from: string, to: string) => void;
}): ReactNode {
  const words = useWords(diagnosticsWords);
  return (
    <div className="table-wrap" tabIndex={-1}>
      <table className="matrix" aria-label={words.matrix}>
        <thead>
          <tr>
            <th scope="col" className="matrix-corner">
              {words.from} ↓ {words.to} →
            </th>
            {matrix.columns.map((column) => (
              <th key={column.id} scope="col" title={column.id}>
                <div className="muted">{columnKind(column.role, words)}</div>
                <div className="matrix-name">{shortName(column)}</div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.rows.map((row) => (
            <tr key={row.id}>
              <th scope="row" title={row.id}>
                <div className="matrix-name">{shortName(row)}</div>
                <div className="muted">
                  {row.role} · {row.site}
                </div>
              </th>
              {matrix.columns.map(({ id }) => (
                <Cell
                  key={id}
                  matrix={matrix}
                  from={row.id}
                  to={id}
                  isChosen={chosen?.from === row.id && chosen.to === id}
                  onChoose={onChoose}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function columnKind(role: string, words: (typeof diagnosticsWords)['en']): string {
  return role in KINDS ? words[role as keyof typeof KINDS] : role;
}

function Cell({
  matrix,
  from,
  to,
  isChosen,
  onChoose,
}: {
  matrix: Matrix;
  from: string;
  to: string;
  isChosen: boolean;
  onChoose: (from: string, to: string) => void;
}): ReactNode {
  const words = useWords(diagnosticsWords);
  const format = useFormat();
  const link = worstOf(matrix.cell(from, to));
  if (link === undefined) return <td className="matrix-none">·</td>;
  const { ok, latencyMs, code } = link;
  const latency = latencyMs === undefined || !ok ? '' : format.duration(latencyMs);
  const verdict = [ok ? words.ok : words.notOk, latency].filter((part) => part !== '').join(', ');
  return (
    <td>
      <button
        type="button"
        className={`matrix-cell tone-${ok ? 'good' : 'bad'}`}
        aria-pressed={isChosen}
        aria-label={`${from} → ${to}: ${verdict}`}
        title={code}
        onClick={() => onChoose(from, to)}
      >
        {ok ? <Check size={13} aria-hidden /> : <X size={13} aria-hidden />}
        {latency}
      </button>
    </td>
  );
}
