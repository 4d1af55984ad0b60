import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../demo/servers.ts';
import { TargetLook } from './contender.ts';
import type { TableName } from './order-table.ts';
import { now, type Sighting } from './sightings.ts';

const LOOK_EVERY_MS = 2;

/** Notes when rows can be read at a target, until the row `last` is there or the signal aborts. A sighting is late by at most one look, about 3 ms. */
export async function lookAtTarget(
  server: Server,
  table: TableName,
  last: number,
  signal: AbortSignal,
): Promise<Sighting[]> {
  const look = await TargetLook.open(server, table);
  const found: Sighting[] = [];
  try {
    for (let seen = (await look.newest()).id; seen < last && !signal.aborted; ) {
      const { id } = await look.newest();
      if (id > seen) found.push({ from: seen + 1, to: id, at: now() });
      seen = id;
      await delay(LOOK_EVERY_MS);
    }
    return found;
  } finally {
    look.close();
  }
}
