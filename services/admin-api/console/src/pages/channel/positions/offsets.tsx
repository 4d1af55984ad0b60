import type { ReactNode } from 'react';
import type { PipelinePosition } from '../../../api/operation-types.ts';
import type { PipelineView } from '../../../api/types.ts';
import { type Column, DataTable } from '../../../design/data-table.tsx';
import { EmptyState } from '../../../design/feedback.tsx';
import { Badge } from '../../../design/state-badge.tsx';
import { useWords } from '../../../words/words.ts';
import { positionsWords } from './positions-words.ts';

type KnownOffset = PipelinePosition['offsets'][number];
/** What the loader tells is there before the API has asked Kafka. */
type Offset = Pick<KnownOffset, 'topic' | 'partition' | 'end'> & Partial<KnownOffset>;

/** The consumer group's place in each partition. */
export function Offsets({
  pipeline,
  known,
}: {
  pipeline: PipelineView;
  known: PipelinePosition | undefined;
}): ReactNode {
  const words = useWords(positionsWords);
  const offsets: readonly Offset[] =
    known?.offsets ?? (pipeline.offsets ?? []).map(({ next, ...rest }) => ({ ...rest, committed: next }));
  const columns: readonly Column<Offset>[] = [
    { key: 'topic', head: words.topic, cell: ({ topic }) => <code className="break">{topic}</code> },
    { key: 'partition', head: words.partition, isNumber: true, width: 90, cell: ({ partition }) => partition },
    {
      key: 'low',
      head: words.oldest,
      isNumber: true,
      width: 120,
      cell: ({ low }) => <span className="muted">{low ?? '–'}</span>,
    },
    {
      key: 'next',
      head: words.next,
      isNumber: true,
      width: 150,
      cell: ({ committed, setByOperator }) => (
        <>
          {committed ?? '–'}
          {setByOperator === true && (
            <div>
              <Badge tone="warn">{words.byHand}</Badge>
            </div>
          )}
        </>
      ),
    },
    { key: 'end', head: words.end, isNumber: true, width: 120, cell: ({ end }) => end },
    { key: 'behind', head: words.behind, isNumber: true, width: 110, cell: (offset) => behindOf(offset) ?? '–' },
  ];
  return (
    <DataTable
      label={words.next}
      columns={columns}
      items={offsets}
      keyOf={({ topic, partition }) => `${topic} ${partition}`}
      empty={<EmptyState title={words.noOffsets}>{words.noOffsetsAbout}</EmptyState>}
    />
  );
}

function behindOf({ behind, committed, end }: Offset): string | undefined {
  if (behind !== undefined || committed === undefined) return behind;
  const difference = BigInt(end) - BigInt(committed);
  return String(difference < 0n ? 0n : difference);
}
