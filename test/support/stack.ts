import { join } from 'node:path';
import { attachStack, type StackHandle, upStack } from '../../stack/api.ts';
import { PROJECT_ROOT } from '../../stack/config.ts';
import { supervisorPid } from '../../stack/leftovers.ts';
import { lineReport } from '../../stack/report.ts';

export type Place = { readonly host: string; readonly port: number };

/** Addresses of the local stack that `npm run stack -- up` made, as the tests need them. Throws with that command in its message when there is none. */
export type StackAddresses = {
  /** Bootstrap brokers of a site's Kafka. */
  readonly kafka: string;
  readonly registry: string;
  readonly mysql: Place;
  /** The default stack runs its database `user` on MariaDB. */
  readonly mariadb: Place;
};

export function stackAddresses(): StackAddresses {
  const stack = attachStack();
  return {
    kafka: stack.address('kafka-sh'),
    registry: stack.address('registry', 'http').replace(/\/+$/, ''),
    mysql: place(stack.address('otter')),
    mariadb: place(stack.address('user')),
  };
}

function place(address: string): Place {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/**
 * The stack of the tests with all its processes answering: the one in LUTRA_STACK_DIR, which `npm test` makes, else `.stack/test`. One that this
 * call had to boot stays up, so that the next single test file starts at once; `npm run stack -- --dir .stack/test down` ends it.
 */
export async function testStack(): Promise<StackHandle> {
  const dir = process.env.LUTRA_STACK_DIR ?? join(PROJECT_ROOT, '.stack', 'test');
  const isRunning = supervisorPid(dir) !== undefined;
  const report = lineReport((line) => console.error(line));
  const stack = await upStack({ dir, port: 0, ...(isRunning ? {} : { report }) });
  if (!isRunning)
    console.error(`booted a stack for tests in ${dir}; it stays up until "npm run stack -- --dir ${dir} down"`);
  return stack;
}
