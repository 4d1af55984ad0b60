import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call, Problem } from '../../../api/client.ts';
import type { PreviewReply, ResolvedTable } from '../../../api/types.ts';
import { DataTable } from '../../../design/data-table.tsx';
import { Dialog } from '../../../design/dialog.tsx';
import { Callout, EmptyState, ErrorState, ReasonCallout, Skeleton } from '../../../design/feedback.tsx';
import { Badge, type Tone } from '../../../design/state-badge.tsx';
import { common } from '../../../words/common.ts';
import { useWords } from '../../../words/words.ts';
import { documentWords } from './document-words.ts';
import { nameOf, TableStatements } from './table-statements.tsx';

const TONES: Readonly<Record<ResolvedTable['state'], Tone>> = {
  ok: 'good',
  'missing-at-target': 'bad',
  'not-fit': 'bad',
  unknown: 'idle',
};

export function PreviewDialog({ yaml, onClose }: { yaml: string; onClose: () => void }): ReactNode {
  const words = useWords(documentWords);
  return (
    <Dialog title={words.previewTitle} wide onClose={onClose}>
      <Preview yaml={yaml} />
    </Dialog>
  );
}

/** The tables that the mappings of a text take, and whether they fit. */
export function Preview({ yaml }: { yaml: string }): ReactNode {
  const words = useWords(documentWords);
  const general = useWords(common);
  const { data, error, refetch } = useQuery({
    queryKey: ['preview', yaml],
    queryFn: () =>
      call<PreviewReply>('/preview', { method: 'POST', yaml, query: { limit: 1000, statements: 'false' } }),
    gcTime: 0,
    retry: false,
  });
  if (error instanceof Problem && error.isUnknownRoute) return <Callout tone="info">{words.noPreview}</Callout>;
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton height={200} />;
  return (
    <>
      {data.problems.map(({ pipeline, database, problem }) => (
        <ReasonCallout
          key={`${pipeline} ${database} ${problem.code}`}
          reason={problem}
          tone={problem.severity === 'error' ? 'bad' : 'warn'}
        />
      ))}
      <h3>{words.tables}</h3>
      <DataTable
        label={words.tables}
        items={data.items}
        keyOf={({ pipeline, from, to }) => `${pipeline} ${nameOf(from)} ${nameOf(to)}`}
        empty={<EmptyState title={words.noTables}>{words.noTablesAbout}</EmptyState>}
        columns={[
          { key: 'from', head: words.from, cell: ({ from }) => <span className="mono break">{nameOf(from)}</span> },
          { key: 'to', head: words.to, cell: ({ to }) => <span className="mono break">{nameOf(to)}</span> },
          { key: 'state', head: words.fit, cell: (table) => <Fit table={table} /> },
        ]}
        below={(table) => (table.state === 'ok' ? <TableStatements yaml={yaml} table={table} /> : undefined)}
      />
      {data.total > data.items.length && <p className="muted">{general.shown(data.items.length, data.total)}</p>}
    </>
  );
}

function Fit({ table }: { table: ResolvedTable }): ReactNode {
  const words = useWords(documentWords);
  return (
    <div className="stack-s">
      <div>
        <Badge tone={TONES[table.state]}>{words[table.state]}</Badge>
      </div>
      {table.problems.map(({ code, message, remedy }) => (
        <div key={`${code} ${message}`} className="soft">
          {message} <span className="muted">{remedy}</span>
        </div>
      ))}
    </div>
  );
}
