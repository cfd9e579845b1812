/** Periodic work of an adapter. */
import type { RedisLink } from './connection.ts';
import { isUnavailable } from './errors.ts';

/** Does it again and again, one at a time; what fails is done the next time. */
export function every({ clock, log }: RedisLink, interval_ms: number, work: () => Promise<void>): { stop(): void } {
  let is_stopped = false;
  let timer: { cancel(): void };
  const next = () => {
    if (is_stopped) return;
    timer = clock.after(interval_ms, () => {
      void work()
        .catch((error: unknown) => {
          if (!isUnavailable(error))
            log.warn({ event: 'queue.upkeep_failed', err: error }, 'periodic work of the queue has failed; trying again');
        })
        .finally(next);
    });
  };
  next();
  return {
    stop() {
      is_stopped = true;
      timer.cancel();
    },
  };
}
