import { type ComponentType, lazy } from 'react';
import type { ChannelPart } from './channel-parts.ts';

/** Parts of a channel's page that show and steer its work; each takes the channel's name and is loaded when it is needed. */
export const OPERATION_PARTS = {
  curves: lazy(() => import('./curves/curves.tsx')),
  batches: lazy(() => import('./batches/batches.tsx')),
  positions: lazy(() => import('./positions/positions.tsx')),
  ddl: lazy(() => import('./ddl/ddl.tsx')),
  quarantine: lazy(() => import('./quarantine/quarantine.tsx')),
  counters: lazy(() => import('./counters/counters.tsx')),
  logs: lazy(() => import('./logs/channel-logs.tsx')),
} satisfies Partial<Record<ChannelPart, ComponentType<{ name: string }>>>;
