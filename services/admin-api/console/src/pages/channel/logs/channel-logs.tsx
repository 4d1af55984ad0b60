import type { ReactNode } from 'react';
import { LogList } from '../../logs/log-list.tsx';

/** Log records about this channel. */
export default function ChannelLogs({ name }: { name: string }): ReactNode {
  return <LogList fixed={{ channel: name }} />;
}
