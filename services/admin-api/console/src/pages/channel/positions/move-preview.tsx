import type { ReactNode } from 'react';
import type { SeekReply } from '../../../api/types.ts';
import { type Column, DataTable } from '../../../design/data-table.tsx';
import { Callout } from '../../../design/feedback.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { positionsWords } from './positions-words.ts';

type Counts = SeekReply['preview']['tables'][number];

/** What lies between the two places: sums, tables, statements, offsets, notes and advice. */
export function MovePreview({ reply }: { reply: SeekReply }): ReactNode {
  const words = useWords(positionsWords);
  const format = useFormat();
  const { direction, preview, partitions, notes, repair } = reply;
  if (direction === 'none') return <Callout tone="info">{words.noMove}</Callout>;
  const sum = words.sum(format.number(preview.transactions), format.number(preview.rows));
  return (
    <div className="stack">
      <Callout tone={direction === 'repeat' ? 'warn' : 'bad'}>
        <b>{words[direction]}</b>
        <div>
          {preview.isComplete ? '' : words.atLeast}
          {sum}
          {preview.first !== undefined && preview.last !== undefined && (
            <span className="muted"> · {words.between(timeText(preview.first), timeText(preview.last))}</span>
          )}
        </div>
      </Callout>
      {preview.tables.length > 0 && <Tables tables={preview.tables} />}
      {preview.statements.length > 0 && (
        <section className="stack-s">
          <h3>{words.statements}</h3>
          {preview.statements.map(({ id, sql }) => (
            <pre key={id} className="code">
              {sql}
            </pre>
          ))}
        </section>
      )}
      <div className="muted">
        {partitions.map(({ partition, from, to }) => (
          <div key={partition}>
            {words.partition} {partition}: <code>{from}</code> → <code>{to}</code>
          </div>
        ))}
      </div>
      {notes.map((note) => (
        <Callout key={note} tone="info">
          {note}
        </Callout>
      ))}
      {repair.length > 0 && (
        <section className="stack-s">
          <h3>{words.repair}</h3>
          <ul className="stack-s">
            {repair.map((line) => (
              <li key={line} className="break">
                {line}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Tables({ tables }: { tables: readonly Counts[] }): ReactNode {
  const words = useWords(positionsWords);
  const general = useWords(common);
  const format = useFormat();
  const count = (key: 'inserts' | 'updates' | 'deletes'): Column<Counts> => ({
    key,
    head: words[key],
    isNumber: true,
    width: 90,
    cell: (item) => format.number(item[key]),
  });
  const columns: readonly Column<Counts>[] = [
    { key: 'table', head: general.table, cell: ({ table }) => <span className="cell-main break">{table}</span> },
    { key: 'target', head: words.target, cell: ({ target }) => <span className="break">{target}</span> },
    count('inserts'),
    count('updates'),
    count('deletes'),
  ];
  return (
    <div className="framed">
      <DataTable
        label={general.table}
        columns={columns}
        items={tables}
        keyOf={({ table, target }) => `${table} ${target}`}
        empty={null}
      />
    </div>
  );
}

function timeText({ committedAt }: { readonly committedAt: string }): string {
  return committedAt.replace('T', ' ').replace(/\.\d+Z?$|Z$/, '');
}
