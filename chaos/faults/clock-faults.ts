import type { StackHandle } from '../../stack/api.ts';
import { CLOCKED, setClock } from '../clocks.ts';
import type { Fault } from './fault.ts';

const JUMPS = [
  { word: 'ahead', seconds: 600 },
  { word: 'behind', seconds: -600 },
];

/** The clock of one process jumps by ten minutes, and later back. */
export function clockFaults({ dir }: StackHandle): readonly Fault[] {
  return CLOCKED.flatMap((thing) =>
    JUMPS.map(({ word, seconds }) => ({
      ...{ name: `clock ${word} ${thing}`, kind: 'clock', thing, weight: 1, longestMs: 20_000 },
      inject: async () => setClock(dir, thing, seconds),
      heal: async () => setClock(dir, thing, 0),
    })),
  );
}
