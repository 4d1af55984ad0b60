import { query, run, serverAt } from '../../demo/servers.ts';
import type { StackHandle } from '../../stack/api.ts';
import type { Fault } from './fault.ts';

const USERS: Readonly<Record<string, string>> = { order: 'lutra', user: 'lutra', otter: 'lutra_load' };

/** KILL of every connection that Lutra has at a database, the dump of the log as well. */
export function sessionFaults(stack: StackHandle): readonly Fault[] {
  return Object.entries(USERS).map(([thing, user]) => ({
    ...{ name: `sessions ${thing}`, kind: 'sessions', thing, weight: 4, longestMs: 0 },
    inject: async () => {
      const server = serverAt(stack.address(thing));
      const found = await query(server, 'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER LIKE ?', [
        `${user}%`,
      ]);
      for (const { id } of found) await run(server, [`KILL ${id}`]).catch(() => {}); // it has ended by itself
    },
    heal: async () => {},
  }));
}
