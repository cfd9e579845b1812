/** Redis for tests: the one that was started for all of them, each test under keys of its own. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openRedis, type RedisLink } from '../../persistence/redis/connection.ts';
import { systemClock } from '../../runtime/clock.ts';

export const clock = systemClock();
export const log = pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2));

export function redisUrl(): string {
  const url = process.env.TUODI_TEST_REDIS_URL;
  if (!url) throw new Error('TUODI_TEST_REDIS_URL is missing: these tests run on a real Redis (npm run test:servers)');
  return url;
}
export const newPrefix = (): string => `tuodi:test-${randomUUID()}`;

/** Under keys that nobody else has, unless a prefix is given. */
export const openLink = (prefix = newPrefix(), url = redisUrl()): Promise<RedisLink> => openRedis({ url, clock, log, prefix });

/** Nothing of a test stays in a server that others use. */
export async function clear({ redis, prefix }: RedisLink): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 })) if (keys.length > 0) await redis.del(keys);
}
export async function closed(link: RedisLink): Promise<void> {
  await clear(link);
  await link.close();
}
export async function serverName({ redis }: RedisLink): Promise<string> {
  return `Redis ${/^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1]}`;
}
