/** Empties Redis of what is ours, as a drill does: never more than the keys that begin with our prefix. */
import type { RedisWanted } from './connection.ts';
import { openRedis } from './connection.ts';

/** Keys that are looked through at once. */
const PAGE = 500;

/** Removes every key that begins with `prefix:`, and returns how many there were. Keys of others stay. Throws RedisUnavailable. */
export async function dropKeys(wanted: RedisWanted): Promise<number> {
  const link = await openRedis(wanted);
  try {
    let dropped = 0;
    let cursor = '0';
    do {
      const [next, keys] = await link.reach((redis) => redis.scan(cursor, 'MATCH', `${link.prefix}:*`, 'COUNT', PAGE));
      if (keys.length > 0) dropped += await link.reach((redis) => redis.unlink(...keys));
      cursor = next;
    } while (cursor !== '0');
    return dropped;
  } finally {
    await link.close();
  }
}
