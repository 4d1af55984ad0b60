import {
  Ban,
  CircleAlert,
  CircleDot,
  CirclePause,
  CirclePlay,
  CircleStop,
  Clock,
  Hourglass,
  Unplug,
} from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import type { State } from '../api/types.ts';
import { stateWords } from '../words/common.ts';
import { useWords } from '../words/words.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';
type Mark = { readonly tone: Tone; readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }> };

const MARKS: Readonly<Record<State, Mark>> = {
  running: { tone: 'good', icon: CirclePlay },
  starting: { tone: 'info', icon: CircleDot },
  waiting: { tone: 'warn', icon: Clock },
  stalled: { tone: 'warn', icon: Hourglass },
  blocked: { tone: 'bad', icon: Ban },
  gap: { tone: 'bad', icon: CircleAlert },
  lost: { tone: 'bad', icon: Unplug },
  paused: { tone: 'idle', icon: CirclePause },
  standby: { tone: 'idle', icon: CircleStop },
  stopped: { tone: 'idle', icon: CircleStop },
};

/** A state by shape, colour and word. */
export function StateBadge({ state }: { state: State }): ReactNode {
  const words = useWords(stateWords);
  const { tone, icon: Icon } = MARKS[state];
  return (
    <span className={`badge tone-${tone}`}>
      <Icon size={12} aria-hidden />
      {words[state]}
    </span>
  );
}

/** A short word in a tone, for everything that has no state of its own. */
export function Badge({ tone = 'idle', children }: { tone?: Tone; children: ReactNode }): ReactNode {
  return <span className={`badge plain tone-${tone}`}>{children}</span>;
}

export function toneOf(state: State): Tone {
  return MARKS[state].tone;
}

/** Worst first: the order in which states of parts decide the state of the whole. */
export const WORST_FIRST: readonly State[] = [
  'lost',
  'gap',
  'blocked',
  'stalled',
  'waiting',
  'starting',
  'standby',
  'stopped',
  'paused',
  'running',
];
