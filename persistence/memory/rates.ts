/** Rates counted in this process. A caller is forgotten when his window ends, so that as many are held as ask in a window. */
import { createRequire } from 'node:module';
import type { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RatePolicy, Rates, Spent } from '../../runtime/ports/rates.ts';

// By their files: the package's own entry loads the clients of twenty stores, for 35 ms of each start.
const require = createRequire(import.meta.url);
const Limiter: typeof RateLimiterMemory = require('rate-limiter-flexible/lib/RateLimiterMemory.js');
const Answer: typeof RateLimiterRes = require('rate-limiter-flexible/lib/RateLimiterRes.js');

export function memoryRates(): Rates {
  const limiters = new Map<string, RateLimiterMemory>();
  return {
    async spend(policy, subject, points) {
      const known = limiters.get(policy.name);
      const limiter = known ?? memoryLimiter(policy);
      if (!known) limiters.set(policy.name, limiter);
      return spentOf(limiter.consume(subject, points));
    },
  };
}

export const memoryLimiter = ({ name, points, window_s }: RatePolicy): RateLimiterMemory =>
  new Limiter({ keyPrefix: name, points, duration: window_s });

/** The library rejects with its answer where a caller is over, and with an error where its store fails. */
export async function spentOf(consumed: Promise<RateLimiterRes>): Promise<Spent> {
  const spent = (is_over: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Spent => ({
    is_over,
    remaining: remainingPoints,
    reset_ms: msBeforeNext,
  });
  try {
    return spent(false, await consumed);
  } catch (refused) {
    if (refused instanceof Answer) return spent(true, refused);
    throw refused;
  }
}
