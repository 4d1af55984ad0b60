import type { ReactNode } from 'react';
import { useChannel, useChannelStatus } from '../../../api/queries.ts';
import type { PipelineView } from '../../../api/types.ts';
import { LinkButton } from '../../../design/button.tsx';
import { Callout, ReasonCallout, Skeleton } from '../../../design/feedback.tsx';
import { Panel } from '../../../design/page.tsx';
import { StateBadge, toneOf } from '../../../design/state-badge.tsx';
import { useWords } from '../../../words/words.ts';
import { overviewWords } from './overview-words.ts';
import { RowPath } from './row-path.tsx';
import { TableCounts } from './table-counts.tsx';

/** Every pipeline of the channel with the path of its rows, what waits for a person, and its tables. */
export default function Overview({ name }: { name: string }): ReactNode {
  const { data: status } = useChannelStatus(name);
  const { data: channel } = useChannel(name);
  if (status === undefined) return <Skeleton height={340} />;
  return (
    <>
      {channel?.document.description !== undefined && <p className="soft">{channel.document.description}</p>}
      {status.pipelines.map((pipeline) => (
        <PipelinePanel key={pipeline.name} channel={name} pipeline={pipeline} />
      ))}
      <TableCounts pipelines={status.pipelines} />
    </>
  );
}

function PipelinePanel({ channel, pipeline }: { channel: string; pipeline: PipelineView }): ReactNode {
  const words = useWords(overviewWords);
  const held = pipeline.loader?.ddl?.held ?? [];
  const quarantined = pipeline.loader?.quarantine?.rows ?? 0;
  return (
    <Panel title={pipeline.name} actions={<StateBadge state={pipeline.state} />}>
      <div className="stack">
        <RowPath channel={channel} pipeline={pipeline} />
        {pipeline.standby !== undefined && pipeline.standby.length > 0 && (
          <p className="muted break">{words.standby(pipeline.standby.join(', '))}</p>
        )}
        {pipeline.reason !== undefined && <ReasonCallout reason={pipeline.reason} tone={toneOf(pipeline.state)} />}
        {held.map(({ id, words: statement, reason }) => (
          <Callout key={id} tone="warn">
            <div className="row-between">
              <div className="grow break">
                <b>{words.heldTitle(statement)}</b>
                <div>{reason.message}</div>
                <div className="remedy">{reason.remedy}</div>
              </div>
              <LinkButton to={`/channels/${channel}/ddl`}>{words.decide}</LinkButton>
            </div>
          </Callout>
        ))}
        {quarantined > 0 && (
          <Callout tone="warn">
            <div className="row-between">
              <div className="grow">
                <b>{words.quarantineTitle(quarantined)}</b>
                <div>{words.quarantineAbout}</div>
              </div>
              <LinkButton to={`/channels/${channel}/quarantine`}>{words.look}</LinkButton>
            </div>
          </Callout>
        )}
      </div>
    </Panel>
  );
}
