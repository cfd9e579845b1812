/** Rates counted in this process. A caller is forgotten when his window ends, so that as many are held as ask in a window. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RatePolicy, Rates, Spent } from '../../runtime/ports/rates.ts';

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
  new RateLimiterMemory({ keyPrefix: name, points, duration: window_s });

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
    if (refused instanceof RateLimiterRes) return spent(true, refused);
    throw refused;
  }
}
