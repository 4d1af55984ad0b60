import type { Connection } from '../../shared/mysql/connection.ts';

const SILENCE_S = 10;
const WORD_EVERY_MS = 3_000;

/**
 * A session that says nothing for this long is ended by its server, and its transaction undone: a loader that stands still, or whose machine is gone,
 * holds no locks against the one that takes over.
 */
export const SILENCE_SETTINGS = `wait_timeout=${SILENCE_S}, net_read_timeout=${SILENCE_S}`;

/** Says a word now and then while the session has nothing else to say. Returns what ends it. */
export function keepAlive(connection: Connection): () => void {
  let isAsked = false;
  const timer = setInterval(() => {
    if (isAsked) return;
    isAsked = true;
    connection
      .query('DO 0')
      .catch(() => {})
      .finally(() => {
        isAsked = false;
      });
  }, WORD_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
