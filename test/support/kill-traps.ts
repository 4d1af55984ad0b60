import { setTimeout as delay } from 'node:timers/promises';
import type { Relay, Trap } from '../../chaos/relay.ts';
import type { MortalService } from './mortal-service.ts';

const SPRING_LIMIT_MS = 60_000;

/** Whom a request kills, and the relay by which it is sent. */
export type KillPlace = Omit<Trap, 'spring'> & { readonly relay: Relay; readonly victim: MortalService };

/** Works until every request has come and its process has ended. */
export async function killAt(places: readonly KillPlace[], work: () => Promise<unknown>): Promise<void> {
  const armed = places.map(({ relay, victim, ...request }) => {
    const sprung = Promise.withResolvers<void>();
    const trap: Trap = {
      ...request,
      spring: () => {
        victim.kill();
        sprung.resolve();
      },
    };
    relay.arm(trap);
    return { relay, trap, sprung: sprung.promise };
  });
  const done = new AbortController();
  const late = delay(SPRING_LIMIT_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error('the request never came');
  });
  late.catch(() => {});
  try {
    await work();
    await Promise.race([Promise.all(armed.map(({ sprung }) => sprung)), late]);
  } finally {
    done.abort();
    for (const { relay, trap } of armed) relay.disarm(trap);
  }
  await Promise.all(places.map(({ victim }) => victim.ended()));
}

/** A request of Kafka's protocol: produce is 0, an offset commit 8. */
export function kafkaRequest(apiKey: number, ...words: readonly string[]): Trap['matches'] {
  return (bytes) => bytes.length > 6 && bytes.readInt16BE(4) === apiKey && words.every((word) => bytes.includes(word));
}

/** Any statement to a database. */
export const anyStatement: Trap['matches'] = (bytes) => bytes.length > 5 && bytes[3] === 0 && bytes[4] === 3;

/** A statement to a database that begins with a word. */
export function statement(word: string, ...words: readonly string[]): Trap['matches'] {
  return (bytes) => bytes.subarray(4, 10 + word.length).includes(word) && words.every((each) => bytes.includes(each));
}

/** Matches the request that is the `count`th to match. */
export function nth(count: number, matches: Trap['matches']): Trap['matches'] {
  let seen = 0;
  return (bytes) => matches(bytes) && ++seen === count;
}
