import {
  BellRing,
  Cable,
  Database,
  FileClock,
  Info,
  type LucideIcon,
  Network,
  ScrollText,
  Server,
  Users,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import { OPERATION_PAGES } from './operation-pages.tsx';
import type { shellWords } from './shell-words.ts';

type Word = keyof (typeof shellWords)['en'] &
  ('channels' | 'databases' | 'nodes' | 'logs' | 'diagnostics' | 'alarms' | 'audit' | 'users' | 'about');
export type NavigationEntry = { readonly path: string; readonly word: Word; readonly icon: LucideIcon };

/** The pages of the navigation, by group. */
export const NAVIGATION: readonly {
  readonly group: 'groupReplication' | 'groupSystem' | 'groupAccess';
  readonly entries: readonly NavigationEntry[];
}[] = [
  {
    group: 'groupReplication',
    entries: [
      { path: '/', word: 'channels', icon: Cable },
      { path: '/databases', word: 'databases', icon: Database },
      { path: '/alarms', word: 'alarms', icon: BellRing },
    ],
  },
  {
    group: 'groupSystem',
    entries: [
      { path: '/nodes', word: 'nodes', icon: Server },
      { path: '/diagnostics', word: 'diagnostics', icon: Network },
      { path: '/logs', word: 'logs', icon: ScrollText },
    ],
  },
  {
    group: 'groupAccess',
    entries: [
      { path: '/audit', word: 'audit', icon: FileClock },
      { path: '/users', word: 'users', icon: Users },
      { path: '/about', word: 'about', icon: Info },
    ],
  },
];

/** Which page stands at which address; the first that fits. Each is a file of its own that is loaded when it is needed. */
export const PAGES: readonly { readonly path: string; readonly page: ComponentType }[] = [
  ...OPERATION_PAGES,
  { path: '/', page: lazy(() => import('../pages/channels/channels-page.tsx')) },
  { path: '/channels/:name/:part?', page: lazy(() => import('../pages/channel/channel-page.tsx')) },
  { path: '/new', page: lazy(() => import('../pages/new/new-page.tsx')) },
  { path: '/databases', page: lazy(() => import('../pages/databases/databases-page.tsx')) },
  { path: '/users', page: lazy(() => import('../pages/users/users-page.tsx')) },
  { path: '/about', page: lazy(() => import('../pages/about/about-page.tsx')) },
];
