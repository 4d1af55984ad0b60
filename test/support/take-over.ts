import type { StackHandle } from '../../stack/api.ts';
import type { Flow } from './flow.ts';

/** Within this, whoever stands by must have taken over. */
const TAKEOVER_MS = 10_000;

/** Resolves to the ms that it took until a row written now was at the target. */
export async function settled(flow: Flow, limitMs = TAKEOVER_MS): Promise<number> {
  const began = performance.now();
  await flow.settle(limitMs);
  return Math.round(performance.now() - began);
}

/** Does something while a process of the stack is stopped. */
export async function without(stack: StackHandle, name: string, work: () => Promise<void>): Promise<void> {
  await stack.stop(name);
  try {
    await work();
  } finally {
    await stack.start(name);
    await stack.waitHealthy(name);
  }
}
