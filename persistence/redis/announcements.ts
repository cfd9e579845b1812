/** Announcements between processes: publish and subscribe. */
import type { Redis } from 'ioredis';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Announcements } from '../../runtime/ports/announcements.ts';
import type { RedisLink } from './connection.ts';
import { RedisUnavailable } from './errors.ts';

/** Longer than a connection takes; then listeners learn that Redis is unavailable, and again when it is back. */
const SUBSCRIBE_LIMIT_MS = 5_000;

export function redisAnnouncements({ prefix, clock, reach, patient }: RedisLink): Announcements {
  const channel = `${prefix}:outbox`;
  const listeners = new Set<() => void>();
  let subscriber: Redis | null = null;
  let subscribed: Promise<void> | null = null;
  const notifyAll = () => {
    for (const listener of listeners) listener();
  };
  /** Also after each reconnection: what was published meanwhile is not known, so all look. */
  function subscribe(): Promise<void> {
    const connection = patient('outbox');
    subscriber = connection;
    connection.on('message', notifyAll);
    return new Promise((resolve) => {
      connection.on('ready', () => {
        connection.subscribe(channel).then(
          () => {
            resolve();
            notifyAll();
          },
          () => undefined, // cut meanwhile: subscribed at the next `ready`
        );
      });
    });
  }
  return {
    async publish() {
      await reach((redis) => redis.publish(channel, ''));
    },
    async listen(listener) {
      listeners.add(listener);
      subscribed ??= subscribe();
      const ready = subscribed;
      const late = () => new RedisUnavailable('away', 'not subscribed yet');
      await withTimeout({ clock, limit_ms: SUBSCRIBE_LIMIT_MS, onTimeout: late }, () => ready);
    },
    async close() {
      listeners.clear();
      subscriber?.disconnect();
    },
  };
}
