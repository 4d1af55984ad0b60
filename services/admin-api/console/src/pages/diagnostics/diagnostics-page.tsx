import { Network } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Diagnostics } from '../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../api/queries.ts';
import { Callout, EmptyState, ErrorState, Skeleton } from '../../design/feedback.tsx';
import { Choice, Pick } from '../../design/fields.tsx';
import { PageHead, Panel } from '../../design/page.tsx';
import { useWords } from '../../words/words.ts';
import { diagnosticsWords } from './diagnostics-words.ts';
import { LinkDetail } from './link-detail.tsx';
import { matrixOf } from './matrix.ts';
import { MatrixTable } from './matrix-table.tsx';

/** The matrix of links, with every broken one explained above it. */
export default function DiagnosticsPage(): ReactNode {
  const words = useWords(diagnosticsWords);
  const { data, error, refetch } = useApi<Diagnostics>('/diagnostics', {}, { liveMs: LIVE_MS });
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about} />
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Skeleton height={360} />}
      {data?.links.length === 0 && (
        <Panel>
          <EmptyState icon={<Network size={28} aria-hidden />} title={words.none}>
            {words.noneAbout}
          </EmptyState>
        </Panel>
      )}
      {data !== undefined && data.links.length > 0 && <Found data={data} />}
    </div>
  );
}

const MOST_TROUBLE = 20;

function Found({ data }: { data: Diagnostics }): ReactNode {
  const words = useWords(diagnosticsWords);
  const [site, setSite] = useState('');
  const [only, setOnly] = useState<'all' | 'broken'>('all');
  const [chosen, setChosen] = useState<{ from: string; to: string }>();
  const broken = data.links.filter(({ ok }) => !ok);
  const sites = [...new Set(data.nodes.map((node) => node.site))].sort();
  const matrix = matrixOf(data, { site, onlyBroken: only === 'broken' });
  const looked =
    chosen === undefined ? [] : data.links.filter(({ from, to }) => from === chosen.from && to === chosen.to);
  return (
    <>
      {broken.length === 0 ? (
        <Callout tone="good">{words.allFine(data.links.length)}</Callout>
      ) : (
        <Panel title={words.broken(broken.length, data.links.length)}>
          <div className="stack-s">
            {broken.slice(0, MOST_TROUBLE).map((link) => (
              <LinkDetail key={`${link.from} ${link.to} ${link.kind}`} link={link} />
            ))}
          </div>
        </Panel>
      )}
      <Panel
        flush
        title={words.matrix}
        actions={
          <>
            {sites.length > 1 && (
              <Pick
                label={words.siteAll}
                value={site}
                onChange={setSite}
                options={[['', words.siteAll], ...sites.map((each) => [each, each] as const)]}
              />
            )}
            <Choice<'all' | 'broken'>
              label={words.only}
              value={only}
              onChange={setOnly}
              options={[
                ['all', words.onlyAll],
                ['broken', words.onlyBroken],
              ]}
            />
          </>
        }
      >
        {matrix.rows.length === 0 ? (
          <EmptyState title={words.noTrouble} />
        ) : (
          <MatrixTable matrix={matrix} chosen={chosen} onChoose={(from, to) => setChosen({ from, to })} />
        )}
        <div className="matrix-foot stack-s" aria-live="polite">
          {looked.length === 0 && <p className="muted">{words.choose}</p>}
          {looked.map((link) => (
            <LinkDetail key={link.kind} link={link} />
          ))}
        </div>
      </Panel>
    </>
  );
}
