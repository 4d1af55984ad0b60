import type { StackHandle } from '../../stack/api.ts';
import type { Fault } from './fault.ts';

/** A weight for each process: those that are slow to come back are hit less often, so that work is done in between. */
const PROCESSES: Readonly<Record<string, number>> = {
  'selector-sh': 6,
  'loader-us': 6,
  'loader-sh': 4,
  'admin-api': 1,
  'kafka-sh': 1,
  'kafka-us': 1,
  'mirror-us': 1,
  'mirror-sh': 0.5,
  registry: 0.5,
  redis: 1,
  order: 2,
  user: 2,
  otter: 2,
};

/** These start quickly, and may be hit while they do. */
const SERVICES: ReadonlySet<string> = new Set(['selector', 'loader', 'admin-api']);

/** kill -9 (the supervisor starts it again), SIGSTOP, a restart by SIGTERM, and an outage. Of brokers, a restart is also a change of leader and coordinator. */
export function processFaults(stack: StackHandle): readonly Fault[] {
  return Object.entries(PROCESSES).flatMap(([name, weight]) => {
    const make = (kind: string, share: number, longestMs: number, acts: Pick<Fault, 'inject' | 'heal'>): Fault => ({
      ...{ name: `${kind} ${name}`, kind, thing: name, weight: weight * share, longestMs },
      inject: async () => {
        refuseEarly(stack, name);
        await acts.inject();
      },
      heal: acts.heal,
    });
    return [
      make('kill', 1, 0, { inject: () => stack.kill(name), heal: async () => {} }),
      make('restart', 0.5, 0, { inject: () => stack.restart(name), heal: async () => {} }),
      make('outage', 0.5, 8_000, { inject: () => stack.stop(name), heal: () => stack.start(name) }),
      make('freeze', 0.5, 15_000, {
        inject: async () => signal(stack, name, 'SIGSTOP'),
        heal: async () => signal(stack, name, 'SIGCONT'),
      }),
    ];
  });
}

/** On a slow machine a broker takes longer to start than the next fault; hit each time before it answers it would never come back. */
function refuseEarly(stack: StackHandle, name: string): void {
  const { role, state } = stack.process(name);
  if (SERVICES.has(role) || state === 'ready' || state === 'unhealthy') return;
  throw new Error(`${name} is not back yet from an earlier fault (${state})`);
}

/** To the whole group, like the supervisor does. One that has just died needs no signal. */
function signal(stack: StackHandle, name: string, signal: NodeJS.Signals): void {
  const { pid } = stack.process(name);
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
