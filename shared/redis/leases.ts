import { Redis } from 'ioredis';
import type { Logger } from '../runtime/log.ts';

/** Takes a lease that is free, lengthens one that is held by this token: 1; 0 when another token holds it. */
const HOLD = `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;
const ANSWER_LIMIT_MS = 1_000;
const RECONNECT_MS = 500;

/**
 * Leases in Redis: each key is held by one token at a time and is free again `lengthMs` after its holder's last word. They say who should work, not who
 * may write: a holder that stood still does not know that its lease has ended. Every call rejects within about a second when Redis does not answer.
 */
export type Leases = {
  /** Who holds it: a token, undefined when it is free. */
  holder(key: string): Promise<string | undefined>;
  /** Takes or lengthens it; false when another token holds it. */
  hold(key: string, token: string, lengthMs: number): Promise<boolean>;
  /** Gives it back when this token holds it. */
  release(key: string, token: string): Promise<void>;
  /** Resolves when Redis answers. */
  ping(): Promise<void>;
  /** Why the connection was lost or not made, undefined while there is one. */
  readonly trouble: Error | undefined;
  close(): void;
};

/** `url`: `redis://…`, or `rediss://…` for TLS. Does not wait for Redis: it is asked for again and again, for ever. */
export function openLeases(url: string, log: Logger): Leases {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: ANSWER_LIMIT_MS,
    commandTimeout: ANSWER_LIMIT_MS,
    retryStrategy: () => RECONNECT_MS,
  });
  let trouble: Error | undefined;
  redis.on('ready', () => {
    trouble = undefined;
  });
  redis.on('error', (error: Error) => {
    trouble = error;
    log.debug({ cause: error.message }, 'redis client');
  });
  return {
    get trouble() {
      return trouble;
    },
    async holder(key) {
      return (await redis.get(key)) ?? undefined;
    },
    async hold(key, token, lengthMs) {
      return Number(await redis.eval(HOLD, 1, key, token, lengthMs)) === 1;
    },
    async release(key, token) {
      await redis.eval(RELEASE, 1, key, token);
    },
    async ping() {
      await redis.ping();
    },
    close() {
      redis.disconnect();
    },
  };
}
