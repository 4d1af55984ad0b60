import type { Relay } from '../relay.ts';
import type { Fault } from './fault.ts';

const SLOW_MS = 100;
const LOSS_PER_MILLE = 50;

type LinkFault = {
  readonly kind: string;
  readonly weight: number;
  readonly longestMs: number;
  readonly leastMs?: number;
  readonly inject: (relay: Relay) => void;
  readonly heal: (relay: Relay) => void;
};

const FAULTS: readonly LinkFault[] = [
  // Packets are dropped: neither side hears anything, connections stay until somebody gives up.
  { kind: 'cut', weight: 1.5, longestMs: 20_000, inject: (relay) => relay.hold(), heal: (relay) => relay.clear() },
  // The same for a minute.
  {
    kind: 'sever',
    weight: 0.5,
    longestMs: 60_000,
    leastMs: 60_000,
    inject: (relay) => relay.hold(),
    heal: (relay) => relay.clear(),
  },
  // Requests arrive, their answers are lost with the connection: nobody knows what was done.
  {
    kind: 'mute',
    weight: 1.5,
    longestMs: 5_000,
    inject: (relay) => relay.hold('answers'),
    heal: (relay) => {
      relay.break();
      relay.clear();
    },
  },
  { kind: 'refuse', weight: 1, longestMs: 10_000, inject: (relay) => relay.refuse(), heal: (relay) => relay.clear() },
  { kind: 'reset', weight: 1.5, longestMs: 0, inject: (relay) => relay.break(), heal: () => {} },
  // 200 ms from there and back.
  {
    kind: 'slow',
    weight: 1,
    longestMs: 20_000,
    inject: (relay) => relay.slow(SLOW_MS, 0),
    heal: (relay) => relay.clear(),
  },
  {
    kind: 'loss',
    weight: 1,
    longestMs: 20_000,
    inject: (relay) => relay.slow(SLOW_MS, LOSS_PER_MILLE),
    heal: (relay) => relay.clear(),
  },
];

/** What may happen to links between two processes. */
export function linkFaults(names: readonly string[], relayOf: (name: string) => Relay): readonly Fault[] {
  return names.flatMap((thing) =>
    FAULTS.map(({ kind, inject, heal, ...lengths }) => ({
      ...{ name: `${kind} ${thing}`, kind, thing, ...lengths },
      inject: async () => inject(relayOf(thing)),
      heal: async () => heal(relayOf(thing)),
    })),
  );
}
