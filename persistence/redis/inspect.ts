/** What `doctor` says of a Redis. */
import type { Redis } from 'ioredis';
import { openRedis, type RedisWanted } from './connection.ts';

export type RedisInspection = {
  version: string;
  maxmemory_policy: string;
  /** unknown: the service does not tell. */
  persistence: 'none' | 'snapshots' | 'append-only file' | 'unknown';
  /** What should be changed, or null. */
  warning: string | null;
};

/** Throws RedisUnavailable when it can't be reached. */
export async function inspectRedis(wanted: RedisWanted): Promise<RedisInspection> {
  const link = await openRedis(wanted);
  try {
    return await link.reach(async (redis) => {
      const translated = await redis.info();
      const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(translated)?.[1] ?? 'unknown';
      const policy = field('maxmemory_policy');
      const persistence = field('aof_enabled') === '1' ? 'append-only file' : await snapshots(redis);
      return { version: field('redis_version'), maxmemory_policy: policy, persistence, warning: warningOf(policy) };
    });
  } finally {
    await link.close();
  }
}

const warningOf = (policy: string): string | null =>
  policy === 'noeviction' || policy === 'unknown'
    ? null
    : `Redis evicts keys when it is full (maxmemory-policy ${policy}): tasks and rings vanish one by one, and are found again only after minutes. Set maxmemory-policy noeviction.`;

async function snapshots(redis: Redis): Promise<RedisInspection['persistence']> {
  const answer = await redis.config('GET', 'save').catch(() => null); // services often forbid CONFIG
  if (!Array.isArray(answer)) return 'unknown';
  return answer[1] ? 'snapshots' : 'none';
}
