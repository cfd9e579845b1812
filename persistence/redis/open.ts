/** All that the service keeps in Redis, over one set of connections. */

import type { Announcements } from '../../runtime/ports/announcements.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { Rates } from '../../runtime/ports/rates.ts';
import type { Tasks } from '../../runtime/ports/tasks.ts';
import { redisAnnouncements } from './announcements.ts';
import { openRedis, type RedisWanted } from './connection.ts';
import { redisQueue } from './queue.ts';
import { redisRates } from './rates.ts';
import { redisTasks } from './tasks.ts';

export type RedisPorts = { tasks: Tasks; queue: Queue; announcements: Announcements; rates: Rates; close(): Promise<void> };

/** Throws RedisUnavailable when Redis can't be reached within a limit, or refuses us. The queue is stopped before `close`. */
export async function openRedisPorts(wanted: RedisWanted): Promise<RedisPorts> {
  const link = await openRedis(wanted);
  const announcements = redisAnnouncements(link);
  return {
    ...{ tasks: redisTasks(link), queue: redisQueue(link), announcements, rates: redisRates(link) },
    async close() {
      try {
        await announcements.close();
      } finally {
        await link.close();
      }
    },
  };
}
