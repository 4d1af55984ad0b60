import { MapPin, MoveRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { PipelinePosition, PositionList } from '../../../api/operation-types.ts';
import { LIVE_MS, useApi, useChannelStatus } from '../../../api/queries.ts';
import { useMay } from '../../../api/rights.ts';
import type { PipelineView } from '../../../api/types.ts';
import { Button } from '../../../design/button.tsx';
import { EmptyState, ReasonCallout, Skeleton } from '../../../design/feedback.tsx';
import { Facts, Panel } from '../../../design/page.tsx';
import { StateBadge } from '../../../design/state-badge.tsx';
import { useWords } from '../../../words/words.ts';
import { MoveDialog } from './move-dialog.tsx';
import { Offsets } from './offsets.tsx';
import { positionsWords } from './positions-words.ts';

/** Where each pipeline stands, from the source's log to the target, and moving it. */
export default function Positions({ name }: { name: string }): ReactNode {
  const words = useWords(positionsWords);
  const { data: status } = useChannelStatus(name);
  const { data: positions, error } = useApi<PositionList>(`/channels/${name}/positions`, {}, { liveMs: LIVE_MS });
  const [moving, setMoving] = useState<string>();
  if (status === undefined) return <Skeleton height={320} />;
  if (status.pipelines.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<MapPin size={28} aria-hidden />} title={words.noPipelines}>
          {words.noPipelinesAbout}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      {status.pipelines.map((pipeline) => (
        <PipelinePanel
          key={pipeline.name}
          pipeline={pipeline}
          known={positions?.items.find((each) => each.pipeline === pipeline.name)}
          isComing={positions === undefined && error === null}
          onMove={() => setMoving(pipeline.name)}
        />
      ))}
      {moving !== undefined && (
        <MoveDialog
          channel={name}
          pipeline={moving}
          isPaused={status.desired === 'paused'}
          onClose={() => setMoving(undefined)}
        />
      )}
    </>
  );
}

function PipelinePanel({
  pipeline,
  known,
  isComing,
  onMove,
}: {
  pipeline: PipelineView;
  /** What the API finds out about it; the status stands in where it does not say. */
  known: PipelinePosition | undefined;
  /** It is being asked. */
  isComing: boolean;
  onMove: () => void;
}): ReactNode {
  const words = useWords(positionsWords);
  const mayOperate = useMay('operator');
  const published = known?.published ?? pipeline.selector?.position;
  const applied = known?.applied ?? pipeline.loader?.position;
  const coming = <Skeleton width={150} />;
  return (
    <Panel
      flush
      title={pipeline.name}
      actions={
        <>
          <StateBadge state={pipeline.state} />
          <Button icon={<MoveRight size={15} aria-hidden />} disabled={!mayOperate} onClick={onMove}>
            {words.move}
          </Button>
        </>
      }
    >
      <div className="panel-body stack places">
        <Facts
          items={[
            [words.source, isComing ? coming : <Place key="source" place={known?.source} />],
            [words.published, <Place key="published" place={published} />],
            [words.applied, <Place key="applied" place={applied} />],
            [words.group, isComing ? coming : <code key="group">{known?.group ?? '–'}</code>],
          ]}
        />
        {known?.problems?.map((problem) => (
          <ReasonCallout key={problem.message} reason={problem} tone="warn" />
        ))}
      </div>
      <Offsets pipeline={pipeline} known={known} />
    </Panel>
  );
}

function Place({
  place,
}: {
  place: { readonly gtidSet: string; readonly file: string; readonly position: number } | undefined;
}): ReactNode {
  const words = useWords(positionsWords);
  if (place === undefined) return <span className="muted">{words.notKnown}</span>;
  return (
    <>
      <code>
        {place.file}:{place.position}
      </code>
      {place.gtidSet !== '' && (
        <div className="muted mono clamp" title={place.gtidSet}>
          {place.gtidSet}
        </div>
      )}
    </>
  );
}
