import { Boxes, Pause, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Batch, BatchList } from '../../../api/operation-types.ts';
import { LIVE_MS, useApi } from '../../../api/queries.ts';
import { Button } from '../../../design/button.tsx';
import type { Column } from '../../../design/data-table.tsx';
import { List } from '../../../design/list.tsx';
import { PickPipeline } from '../../../design/pick-pipeline.tsx';
import { common } from '../../../words/common.ts';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { batchesWords } from './batches-words.ts';
import { STAGES, type StageTimes, stageTimes, summarise } from './stages.ts';
import './batches.css';

const SHOWN = 60;
type Item = { readonly batch: Batch; readonly times: StageTimes };

/** When recent batches passed the stations of their way: select, transport, wait, load. */
export default function Batches({ name }: { name: string }): ReactNode {
  const words = useWords(batchesWords);
  const [pipeline, setPipeline] = useState('');
  const [isHeld, setHeld] = useState(false);
  const { data, error, refetch } = useApi<BatchList>(
    `/channels/${name}/batches`,
    { pipeline, limit: SHOWN },
    isHeld ? {} : { liveMs: LIVE_MS },
  );
  const items = data?.items.map((batch) => ({ batch, times: stageTimes(batch) }));
  const columns = useColumns(items ?? []);
  return (
    <>
      <Stages items={items ?? []} />
      <List
        label={words.title}
        columns={columns}
        keyOf={({ batch }) => `${batch.pipeline} ${batch.partition} ${batch.endedAt}`}
        answer={{ error, refetch, data: items && { items } }}
        empty={{ icon: Boxes, title: words.none, about: words.noneAbout }}
        title={
          <>
            {words.title} <span className="muted head-note">{words.about}</span>
          </>
        }
        actions={
          <>
            <PickPipeline channel={name} value={pipeline} onChange={setPipeline} />
            <Button
              icon={isHeld ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
              aria-pressed={isHeld}
              onClick={() => setHeld(!isHeld)}
            >
              {isHeld ? words.goOn : words.hold}
            </Button>
          </>
        }
      />
    </>
  );
}

/** The four stages with their usual and their worst times; it is the legend of the bars too. */
function Stages({ items }: { items: readonly Item[] }): ReactNode {
  const words = useWords(batchesWords);
  const format = useFormat();
  const summary = summarise(items.map(({ times }) => times));
  const text = (ms: number): string => (items.length === 0 ? '–' : format.duration(ms));
  return (
    <ul className="stages">
      {[...STAGES, 'whole' as const].map((stage) => (
        <li key={stage} className="panel" title={`${stage === 'whole' ? '' : words[`${stage}About`]} ${words.middle}`}>
          <div className="stage-name">
            {stage !== 'whole' && <i className={`stage-${stage}`} />}
            {words[stage]}
          </div>
          <div className="number">{text(summary[stage].middle)}</div>
          <div className="muted">
            {words.most} {text(summary[stage].most)}
          </div>
        </li>
      ))}
    </ul>
  );
}

function useColumns(items: readonly Item[]): readonly Column<Item>[] {
  const words = useWords(batchesWords);
  const general = useWords(common);
  const format = useFormat();
  const longest = items.reduce((most, { times }) => Math.max(most, times.whole), 1);
  const hasPipelines = new Set(items.map(({ batch }) => batch.pipeline)).size > 1;
  return [
    {
      key: 'at',
      head: general.time,
      width: 160,
      cell: ({ batch }) => <span className="nowrap">{format.time(batch.endedAt)}</span>,
    },
    ...(hasPipelines
      ? [{ key: 'pipeline', head: general.pipeline, width: 120, cell: ({ batch }: Item) => batch.pipeline }]
      : []),
    { key: 'partition', head: words.partition, isNumber: true, width: 70, cell: ({ batch }) => batch.partition },
    { key: 'rows', head: words.rows, isNumber: true, width: 80, cell: ({ batch }) => format.number(batch.rows) },
    {
      key: 'transactions',
      head: words.transactions,
      isNumber: true,
      width: 90,
      cell: ({ batch }) => format.number(batch.transactions),
    },
    { key: 'bytes', head: words.bytes, isNumber: true, width: 90, cell: ({ batch }) => format.bytes(batch.bytes) },
    {
      key: 'bar',
      head: STAGES.map((stage) => words[stage]).join(' · '),
      cell: ({ times }) => <Bar times={times} longest={longest} />,
    },
    {
      key: 'whole',
      head: words.whole,
      isNumber: true,
      width: 100,
      cell: ({ times }) => <b>{format.duration(times.whole)}</b>,
    },
  ];
}

function Bar({ times, longest }: { times: StageTimes; longest: number }): ReactNode {
  const words = useWords(batchesWords);
  const format = useFormat();
  const text = STAGES.map((stage) => `${words[stage]} ${format.duration(times[stage])}`).join(' · ');
  return (
    <div className="bar" role="img" aria-label={text} title={text}>
      {STAGES.map((stage) => (
        <i key={stage} className={`stage-${stage}`} style={{ width: `${(times[stage] / longest) * 100}%` }} />
      ))}
    </div>
  );
}
