import { type ComponentType, lazy } from 'react';

/** The pages of operation, by address. */
export const OPERATION_PAGES: readonly { readonly path: string; readonly page: ComponentType }[] = [
  { path: '/alarms', page: lazy(() => import('../pages/alarms/alarms-page.tsx')) },
  { path: '/nodes', page: lazy(() => import('../pages/nodes/nodes-page.tsx')) },
  { path: '/diagnostics', page: lazy(() => import('../pages/diagnostics/diagnostics-page.tsx')) },
  { path: '/logs', page: lazy(() => import('../pages/logs/logs-page.tsx')) },
  { path: '/audit', page: lazy(() => import('../pages/audit/audit-page.tsx')) },
];
