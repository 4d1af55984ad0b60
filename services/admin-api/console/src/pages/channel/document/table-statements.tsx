import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../../api/client.ts';
import type { PreviewReply, ResolvedTable } from '../../../api/types.ts';
import { ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { useWords } from '../../../words/words.ts';
import { documentWords } from './document-words.ts';

/** The statements by which the loader would apply the rows of a table, asked for when they are opened. */
export function TableStatements({ yaml, table }: { yaml: string; table: ResolvedTable }): ReactNode {
  const words = useWords(documentWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{words.statements}</summary>
      {isOpen && <Statements yaml={yaml} table={table} />}
    </details>
  );
}

function Statements({ yaml, table }: { yaml: string; table: ResolvedTable }): ReactNode {
  const words = useWords(documentWords);
  const filter = `${table.channel} ${table.pipeline} ${nameOf(table.from)} ${nameOf(table.to)}`;
  const { data, error, refetch } = useQuery({
    queryKey: ['preview', yaml, filter],
    queryFn: () => call<PreviewReply>('/preview', { method: 'POST', yaml, query: { filter } }),
    gcTime: 0,
    retry: false,
  });
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton height={120} />;
  const found = data.items.find(
    ({ from, to }) => nameOf(from) === nameOf(table.from) && nameOf(to) === nameOf(table.to),
  );
  if (found?.statements === undefined) {
    return found?.problems.map(({ message, remedy }) => (
      <p key={message} className="soft">
        {message} <span className="muted">{remedy}</span>
      </p>
    ));
  }
  const { insert, update, delete: remove, load, where, computed = {} } = found.statements;
  const isSame = update.join() === insert.join();
  const parts: readonly (readonly [string, readonly string[]])[] = [
    [isSame ? words.set : words.insert, insert],
    ...(isSame ? [] : [[words.update, update] as const]),
    [words.delete, remove],
    ...(load === undefined ? [] : [[words.manyRows, [load]] as const]),
    ...(where === undefined ? [] : [[words.onlyWhere, [where]] as const]),
    ...Object.entries(computed).map(([name, text]) => [`:${name}`, [text]] as const),
  ];
  return (
    <div className="stack-s">
      <p className="muted">{words.statementsAbout}</p>
      {parts.map(([name, texts]) => (
        <div key={name}>
          <div className="soft">{name}</div>
          <pre className="code">{texts.length === 0 ? words.nothingSent : texts.join(';\n')}</pre>
        </div>
      ))}
    </div>
  );
}

export function nameOf({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${schema}.${table}`;
}
