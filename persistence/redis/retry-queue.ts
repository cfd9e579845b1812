/** The retry queue: tasks by when they are due. */
import { limitConcurrency } from '../../runtime/async/concurrency.ts';
import type { RedisLink } from './connection.ts';
import { isUnavailable } from './errors.ts';
import { entryId, taskOf } from './queue-keys.ts';
import { TAKE_RETRIES } from './queue-scripts.ts';

/** Retries only notify: a few at once are plenty. */
const RETRIES_AT_ONCE = 8;
/** How often retries of other processes are looked for. */
const RETRIES_INTERVAL_MS = 1_000;

type RetryQueue = {
  add(task_id: string, n: number, delay_ms: number): Promise<void>;
  consume(handle: (task_id: string) => Promise<void>): void;
  count(): Promise<number>;
  stop(): void;
  ended(): Promise<void>;
};
/** Tasks by when they are due. What a process has taken and dies with is fired by the task's own timer. */
export function createRetryQueue(link: RedisLink, key: string): RetryQueue {
  const { clock, reach } = link;
  const at_once = limitConcurrency(RETRIES_AT_ONCE);
  let handle: ((task_id: string) => Promise<void>) | null = null;
  let is_stopped = false;
  let next: { at: number; timer: { cancel(): void } } | null = null;
  let taking: Promise<void> = Promise.resolve();

  function wakeAt(at: number): void {
    if (!handle || is_stopped || (next && next.at <= at)) return;
    next?.timer.cancel();
    const timer = clock.after(Math.max(0, at - clock.now()), () => {
      next = null;
      taking = taking.then(takeDue);
    });
    next = { at, timer };
  }
  async function takeDue(): Promise<void> {
    let due_at = clock.now() + RETRIES_INTERVAL_MS;
    try {
      for (;;) {
        const [first, ...due] = await reach(async (redis) =>
          toStrings(await TAKE_RETRIES(redis, [key], [clock.now(), RETRIES_AT_ONCE])),
        );
        for (const entry of due) await at_once.begin(async () => await handle?.(taskOf(entry)));
        if (first) due_at = Math.min(due_at, Number(first));
        if (due.length < RETRIES_AT_ONCE || is_stopped) break;
      }
    } catch (error) {
      if (!isUnavailable(error))
        link.log.warn({ event: 'queue.retries_failed', err: error }, 'could not read the retry queue; trying again');
    }
    wakeAt(due_at);
  }
  return {
    async add(task_id, n, delay_ms) {
      const at = clock.now() + Math.round(delay_ms);
      await reach((redis) => redis.zadd(key, at, entryId(task_id, n)));
      wakeAt(at);
    },
    consume(by) {
      handle = by;
      wakeAt(clock.now());
    },
    count: () => reach((redis) => redis.zcard(key)),
    stop() {
      is_stopped = true;
      next?.timer.cancel();
    },
    async ended() {
      await taking;
      await at_once.stop();
    },
  };
}
const toStrings = (reply: unknown): string[] => (Array.isArray(reply) ? reply.map(String) : []);
