import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ChartLine as ChartIcon } from 'lucide-react';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { call } from '../../../api/client.ts';
import type { History } from '../../../api/operation-types.ts';
import { Button } from '../../../design/button.tsx';
import { Chart } from '../../../design/chart.tsx';
import { DURATION_STEPS, durationLabel, numberLabel } from '../../../design/chart-axis.ts';
import { EmptyState, ErrorState, Skeleton } from '../../../design/feedback.tsx';
import { Choice } from '../../../design/fields.tsx';
import { Facts, Panel } from '../../../design/page.tsx';
import { PickPipeline } from '../../../design/pick-pipeline.tsx';
import { usePreferences } from '../../../shell/preferences.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { lagLines, RANGES, type Range, rateLines, totalsOf } from './curves-data.ts';
import { curvesWords } from './curves-words.ts';
import { PickTable } from './pick-table.tsx';

type Stretch = { readonly from: number; readonly to: number };
type Shown = History & Stretch;

/** Rates and lags over minutes to a year, of the channel, a pipeline or a table. */
export default function Curves({ name }: { name: string }): ReactNode {
  const words = useWords(curvesWords);
  const [range, setRange] = useState<Range>('h1');
  const [stretch, setStretch] = useState<Stretch>();
  const [pipeline, setPipeline] = useState('');
  const [table, setTable] = useState('');
  const asked = { range, stretch, pipeline, table: useDeferredValue(table) };
  const { data, error, refetch } = useHistory(name, asked);
  return (
    <>
      <div className="toolbar">
        <Choice<Range>
          label={words.range}
          value={range}
          onChange={(chosen) => {
            setRange(chosen);
            setStretch(undefined);
          }}
          options={(Object.keys(RANGES) as Range[]).map((each) => [each, words[each]])}
        />
        {stretch !== undefined && <Button onClick={() => setStretch(undefined)}>{words.zoomed}</Button>}
        <span className="spring" />
        <PickPipeline channel={name} value={pipeline} onChange={setPipeline} />
        <PickTable channel={name} label={words.table} value={table} onChange={setTable} />
      </div>
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      {error === null && data === undefined && <Skeleton height={730} />}
      {data !== undefined && (
        <Plots history={data} isTable={asked.table !== ''} onZoom={(from, to) => setStretch({ from, to })} />
      )}
    </>
  );
}

function Plots({
  history,
  isTable,
  onZoom,
}: {
  history: Shown;
  isTable: boolean;
  onZoom: (from: number, to: number) => void;
}): ReactNode {
  const words = useWords(curvesWords);
  const format = useFormat();
  const { language } = usePreferences();
  const [rates, lags, totals] = useMemo(() => [rateLines(history), lagLines(history), totalsOf(history)], [history]);
  if (history.points.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<ChartIcon size={28} aria-hidden />} title={words.none}>
          {words.noneAbout}
        </EmptyState>
      </Panel>
    );
  }
  const shared = {
    ...{ from: history.from, to: history.to, group: 'curves', onZoom },
    formatTime: (at: number) => format.stretch(at, at + history.stepMs),
  };
  return (
    <>
      <Panel>
        <Facts
          items={[
            [
              words.total,
              <span className="number" key="rows">
                {format.number(totals.rows)}
              </span>,
            ],
            [
              words.transactions,
              <span className="number" key="transactions">
                {format.number(totals.transactions)}
              </span>,
            ],
            [
              words.peak,
              <span className="number" key="peak">
                {words.perSecond(rateText(totals.peak, format.compact))}
              </span>,
            ],
            [
              `${words.lag}: ${words.worst}`,
              <span className="number" key="lag">
                {totals.lagMax === undefined ? '–' : format.duration(totals.lagMax)}
              </span>,
            ],
          ]}
        />
      </Panel>
      <Panel
        title={words.rates}
        actions={
          <span className="muted">
            {words.step(format.duration(history.stepMs))} · {words.ratesAbout}
          </span>
        }
      >
        <Chart
          label={words.rates}
          data={rates}
          format={(value) => rateText(value, format.compact)}
          formatAxis={(value, step) => numberLabel(value, step, format.compact)}
          lines={[
            { name: words.inserts, colour: '--insert', isFilled: true },
            { name: words.updates, colour: '--update', isFilled: true },
            { name: words.deletes, colour: '--delete', isFilled: true },
          ]}
          {...shared}
        />
      </Panel>
      <Panel title={words.lag}>
        {isTable ? (
          <p className="muted">{words.lagOfTables}</p>
        ) : (
          <Chart
            label={words.lag}
            data={lags}
            format={format.duration}
            formatAxis={(ms, step) => durationLabel(ms, step, language, format.duration)}
            steps={DURATION_STEPS}
            lines={[
              { name: words.middle, colour: '--good' },
              { name: words.most, colour: '--warn' },
              { name: words.worst, colour: '--bad' },
            ]}
            {...shared}
          />
        )}
      </Panel>
    </>
  );
}

function rateText(value: number, compact: (value: number) => string): string {
  if (value > 0 && value < 0.1) return value.toFixed(2);
  return value > 0 && value < 10 ? value.toFixed(1) : compact(value);
}

type Asked = {
  readonly range: Range;
  readonly stretch: Stretch | undefined;
  readonly pipeline: string;
  readonly table: string;
};

function useHistory(name: string, asked: Asked): UseQueryResult<Shown> {
  const { range, stretch, pipeline, table } = asked;
  return useQuery({
    queryKey: [`/channels/${name}/history`, asked],
    queryFn: async () => {
      const to = stretch?.to ?? Date.now();
      const from = stretch?.from ?? to - RANGES[range];
      const query = { pipeline, table, from: Math.round(from), to: Math.round(to), points: 400 };
      const history = await call<History>(`/channels/${name}/history`, { query });
      return { ...history, from, to };
    },
    placeholderData: keepPreviousData,
    ...(stretch === undefined ? { refetchInterval: RANGES[range] <= RANGES.h6 ? 10_000 : 60_000 } : {}),
  });
}
