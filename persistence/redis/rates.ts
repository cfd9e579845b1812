/** Rates counted in Redis, for all processes together; while it is unavailable, in each by itself. */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RatePolicy, Rates } from '../../runtime/ports/rates.ts';
import { memoryLimiter, spentOf } from '../memory/rates.ts';
import type { RedisLink } from './connection.ts';

export function redisRates({ redis, prefix }: RedisLink): Rates {
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterOf = (policy: RatePolicy) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:rate:${policy.name}`,
      points: policy.points,
      duration: policy.window_s,
      rejectIfRedisNotReady: true, // at once, rather than after a command's time
      insuranceLimiter: memoryLimiter(policy),
      inMemoryBlockOnConsumed: policy.points + 1, // who is over asks Redis no more in this window
    });
  return {
    async spend(policy, subject, points) {
      const known = limiters.get(policy.name);
      const limiter = known ?? limiterOf(policy);
      if (!known) limiters.set(policy.name, limiter);
      return spentOf(limiter.consume(subject, points));
    },
  };
}
