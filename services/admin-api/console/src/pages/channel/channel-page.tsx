import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { Link, useParams } from 'wouter';
import { Problem } from '../../api/client.ts';
import { useChannelStatus } from '../../api/queries.ts';
import { LinkButton } from '../../design/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../design/feedback.tsx';
import { PageHead, Panel } from '../../design/page.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { shellWords } from '../../shell/shell-words.ts';
import { useWords } from '../../words/words.ts';
import { summaryOf } from '../channels/channel-summary.ts';
import { ChannelActs } from './channel-acts.tsx';
import { CHANNEL_PARTS, type ChannelPart, isChannelPart } from './channel-parts.ts';
import { channelWords } from './channel-words.ts';
import { OPERATION_PARTS } from './operation-parts.ts';

const Overview = lazy(() => import('./overview/overview.tsx'));
const DocumentPart = lazy(() => import('./document/document-part.tsx'));
const History = lazy(() => import('./history/history.tsx'));

const PARTS: Readonly<Record<ChannelPart, ComponentType<{ name: string }>>> = {
  overview: Overview,
  document: DocumentPart,
  history: History,
  ...OPERATION_PARTS,
};

/** One channel: its head with state and acts, and the part that the address names. */
export default function ChannelPage(): ReactNode {
  const { name = '', part = 'overview' } = useParams<{ name: string; part?: string }>();
  const words = useWords(channelWords);
  const shell = useWords(shellWords);
  const { data: status, error, refetch } = useChannelStatus(name);
  const tabs = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone another part may stand outside of what is seen
  useEffect(() => {
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  const crumbs = <Link href="/">{shell.channels}</Link>;
  if (error instanceof Problem && error.code === 'CHANNEL_UNKNOWN') {
    return (
      <div className="stack">
        <PageHead title={name} crumbs={crumbs} />
        <Panel>
          <EmptyState title={words.noChannel} action={<LinkButton to="/">{shell.toChannels}</LinkButton>} />
        </Panel>
      </div>
    );
  }
  const badge =
    status === undefined ? <Skeleton width={80} height={20} /> : <StateBadge state={summaryOf(status).state} />;
  return (
    <div className="stack">
      <PageHead title={name} crumbs={crumbs} badge={badge}>
        <ChannelActs name={name} desired={status?.desired} />
      </PageHead>
      <nav ref={tabs} className="tabs" aria-label={words.parts}>
        {CHANNEL_PARTS.map((each) => (
          <Link
            key={each}
            href={each === 'overview' ? `/channels/${name}` : `/channels/${name}/${each}`}
            aria-current={each === part ? 'page' : undefined}
          >
            <span data-text={words[each]}>{words[each]}</span>
          </Link>
        ))}
      </nav>
      {error !== null && <ErrorState error={error} onRetry={refetch} />}
      <Suspense fallback={<Skeleton height={320} />}>
        {isChannelPart(part) ? <Part name={name} part={part} /> : <EmptyState title={shell.notFound} />}
      </Suspense>
    </div>
  );
}

function Part({ name, part }: { name: string; part: ChannelPart }): ReactNode {
  const Shown = PARTS[part];
  return <Shown name={name} />;
}
