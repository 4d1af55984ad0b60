import { Database, FileInput, FileOutput, Layers, Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import type { BatchList } from '../../../api/operation-types.ts';
import { useApi } from '../../../api/queries.ts';
import type { PipelineView, ProcessView } from '../../../api/types.ts';
import { Lag } from '../../../design/lag.tsx';
import { StateBadge } from '../../../design/state-badge.tsx';
import { useFormat } from '../../../words/format.ts';
import { useWords } from '../../../words/words.ts';
import { stageTimes, summarise } from '../batches/stages.ts';
import { overviewWords } from './overview-words.ts';
import { placeText } from './place-text.ts';
import './row-path.css';

/** So many batches tell how long the way takes at present. */
const RECENT = 20;

/** The way of a row, hop by hop: source, selector, Kafka, mirror (between sites), loader, target. */
export function RowPath({ channel, pipeline }: { channel: string; pipeline: PipelineView }): ReactNode {
  const words = useWords(overviewWords);
  const { selector, loader, from, to, source } = pipeline;
  const sourceSite = source.split('.')[0] ?? '';
  const targetSite = loader?.site;
  const crosses = targetSite !== undefined && targetSite !== sourceSite;
  return (
    <ol className="path" aria-label={words.path}>
      <Hop icon={<Database size={15} aria-hidden />} kind={words.source} name={from} site={sourceSite}>
        {selector?.host !== undefined && <Line name={words.host} value={selector.host} isLong />}
      </Hop>
      <ProcessHop
        icon={<FileOutput size={15} aria-hidden />}
        kind={words.selector}
        process={selector}
        done={words.upTo}
      />
      <KafkaHop pipeline={pipeline} site={sourceSite} />
      {crosses && <MirrorHop channel={channel} pipeline={pipeline.name} from={sourceSite} to={targetSite} />}
      <ProcessHop
        icon={<FileInput size={15} aria-hidden />}
        kind={words.loader}
        process={loader}
        done={words.appliedTo}
      />
      <Hop icon={<Database size={15} aria-hidden />} kind={words.target} name={to} site={targetSite ?? ''}>
        <TargetCounts loader={loader} />
      </Hop>
    </ol>
  );
}

function Hop({
  icon,
  kind,
  name,
  site,
  badge,
  children,
}: {
  icon: ReactNode;
  kind: string;
  name: string;
  site: string;
  badge?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  return (
    <li className="hop">
      <div className="hop-kind">
        {icon}
        {kind}
        <span className="hop-site">{site}</span>
      </div>
      <div className="hop-name" title={name}>
        {name}
      </div>
      {badge}
      <div className="hop-lines">{children}</div>
    </li>
  );
}

/** `isLong`: the value stands below its name. */
function Line({
  name,
  value,
  help,
  isLong = false,
}: {
  name: string;
  value: ReactNode;
  help?: string;
  isLong?: boolean;
}): ReactNode {
  return (
    <div className={isLong ? 'hop-line long' : 'hop-line'} title={help}>
      <span className="muted">{name}</span>
      <span className="hop-value">{value}</span>
    </div>
  );
}

function ProcessHop({
  icon,
  kind,
  process,
  done,
}: {
  icon: ReactNode;
  kind: string;
  process: ProcessView | undefined;
  done: string;
}): ReactNode {
  const words = useWords(overviewWords);
  const format = useFormat();
  if (process === undefined) return <Hop icon={icon} kind={kind} name={words.notSeen} site="" />;
  const { instance, site, state, isLost, ageMs, lagMs, rowsPerSecond, position } = process;
  return (
    <Hop icon={icon} kind={kind} name={instance} site={site} badge={<StateBadge state={isLost ? 'lost' : state} />}>
      {isLost && <div className="muted">{words.silent(format.duration(ageMs))}</div>}
      <div className="hop-figures">
        <span className="hop-figure">
          {format.compact(isLost ? 0 : rowsPerSecond)} <small>/s</small>
        </span>
        {lagMs !== undefined && <Lag ms={lagMs} />}
      </div>
      {position !== undefined && <Line name={done} value={placeText(position)} help={position.gtidSet} isLong />}
    </Hop>
  );
}

function KafkaHop({ pipeline, site }: { pipeline: PipelineView; site: string }): ReactNode {
  const words = useWords(overviewWords);
  const format = useFormat();
  const topic = pipeline.offsets?.[0]?.topic ?? `lutra.rows.${pipeline.source}`;
  return (
    <Hop icon={<Layers size={15} aria-hidden />} kind={words.kafka} name={topic} site={site}>
      <Line name={words.behind} help={words.behindHelp} value={format.number(recordsBehind(pipeline))} />
    </Hop>
  );
}

function MirrorHop({
  channel,
  pipeline,
  from,
  to,
}: {
  channel: string;
  pipeline: string;
  from: string;
  to: string;
}): ReactNode {
  const words = useWords(overviewWords);
  const { data } = useApi<BatchList>(`/channels/${channel}/batches`, { pipeline, limit: RECENT }, { liveMs: 5_000 });
  const times = data?.items.map(stageTimes) ?? [];
  return (
    <Hop icon={<Waypoints size={15} aria-hidden />} kind={words.mirror} name={words.between(from, to)} site="">
      <Line
        name={words.underWay}
        help={words.underWayHelp}
        isLong
        value={<Lag ms={times.length === 0 ? undefined : summarise(times).way.middle} />}
      />
    </Hop>
  );
}

function TargetCounts({ loader }: { loader: ProcessView | undefined }): ReactNode {
  const words = useWords(overviewWords);
  const format = useFormat();
  if (loader === undefined) return null;
  const { inserts, updates, deletes } = loader.rows;
  return (
    <>
      <Line name={words.inserts} value={format.compact(inserts)} />
      <Line name={words.updates} value={format.compact(updates)} />
      <Line name={words.deletes} value={format.compact(deletes)} />
    </>
  );
}

function recordsBehind({ offsets = [] }: PipelineView): number {
  return offsets.reduce((sum, { next, end }) => sum + Math.max(0, Number(BigInt(end) - BigInt(next))), 0);
}
