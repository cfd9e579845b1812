/** Redis for tests: the one that was started for all of them, each test under keys of its own. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openRedis, type RedisLink } from '../../persistence/redis/connection.ts';
import { systemClock } from '../../runtime/async/clock.ts';

export const clock = systemClock();
export const log = pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2));

export function redisUrl(): string {
  const url = process.env.TUODI_TEST_REDIS_URL;
  if (!url) throw new Error('TUODI_TEST_REDIS_URL is missing: these tests run on a real Redis (npm run suite -- servers)');
  return url;
}
export const newPrefix = (): string => `tuodi:test-${randomUUID()}`;

/** Under keys that nobody else has, unless a prefix is given. */
export async function openLink(prefix = newPrefix(), url = redisUrl()): Promise<RedisLink> {
  const link = await openRedis({ url, clock, log, prefix });
  links.add(link);
  return link;
}
const links = new Set<RedisLink>();
/** After the tests of a file: one that failed did not get to its end, and would keep the process alive. */
export async function closeAll(): Promise<void> {
  for (const link of links) await closed(link);
}

/** Nothing of a test stays in a server that others use. */
export async function clear({ redis, prefix }: RedisLink): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 })) if (keys.length > 0) await redis.del(keys);
}
export async function closed(link: RedisLink): Promise<void> {
  links.delete(link);
  await clear(link);
  await link.close();
}
export async function serverName({ redis }: RedisLink): Promise<string> {
  return `Redis ${/^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1]}`;
}
