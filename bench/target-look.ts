import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../demo/servers.ts';
import { TargetLook } from './contender.ts';
import type { TableName } from './order-table.ts';
import { now, type Sighting } from './sightings.ts';

const LOOK_EVERY_MS = 2;

/** Notes when rows can be read at a target, until the row `last` is there or none has come for `patienceMs`. A sighting is late by one look at most, about 3 ms. */
export async function lookAtTarget(
  server: Server,
  table: TableName,
  last: number,
  patienceMs: number,
): Promise<Sighting[]> {
  const look = await TargetLook.open(server, table);
  const found: Sighting[] = [];
  try {
    let movedAt = now();
    for (let seen = (await look.newest()).id; seen < last && now() - movedAt < patienceMs; ) {
      const { id } = await look.newest();
      if (id > seen) {
        movedAt = now();
        found.push({ from: seen + 1, to: id, at: movedAt });
      }
      seen = id;
      await delay(LOOK_EVERY_MS);
    }
    return found;
  } finally {
    look.close();
  }
}
