import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../api-error.ts';

const WINDOW_S = 300;

/** How often one may be wrong in five minutes before nothing is tried any more. */
const LIMITS = { fromAddressAsName: 10, fromAddress: 50, asName: 50 } as const;

/** Counts attempts to sign in, by name and address; a right one gives its points back. */
export class LoginLimits {
  private readonly limiters = {
    fromAddressAsName: limiter('both', LIMITS.fromAddressAsName),
    fromAddress: limiter('address', LIMITS.fromAddress),
    asName: limiter('name', LIMITS.asName),
  };

  /** Runs an attempt, which was wrong when it throws or resolves to undefined. Errors: ApiError 429, without an attempt. */
  async attempt<T>(address: string, name: string, sign: () => Promise<T>): Promise<T> {
    const uses = [
      { limiter: this.limiters.fromAddressAsName, key: `${address} ${name}` },
      { limiter: this.limiters.fromAddress, key: address },
      { limiter: this.limiters.asName, key: name },
    ];
    try {
      for (const { limiter, key } of uses) await limiter.consume(key);
    } catch (refusal) {
      throw tooMany(refusal);
    }
    const found = await sign();
    if (found !== undefined) for (const { limiter, key } of uses) await limiter.reward(key);
    return found;
  }
}

function limiter(keyPrefix: string, points: number): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_S });
}

function tooMany(refusal: unknown): unknown {
  if (!(refusal instanceof RateLimiterRes)) return refusal;
  const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
  return new ApiError(
    429,
    'TOO_MANY_LOGINS',
    'there were too many wrong attempts to sign in',
    `wait ${seconds} s and try again`,
    [],
    { 'retry-after': String(seconds) },
  );
}
