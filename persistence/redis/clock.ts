/** The clock of a Redis, for `doctor`. */
import { openRedis, type RedisWanted } from './connection.ts';

/** Wall time of the server, in epoch milliseconds. Throws RedisUnavailable when it can't be reached. */
export async function redisTime(wanted: RedisWanted): Promise<number> {
  const link = await openRedis(wanted);
  try {
    const [seconds, micros] = await link.reach((redis) => redis.time());
    return Number(seconds) * 1_000 + Number(micros) / 1_000;
  } finally {
    await link.close();
  }
}
