/** Periodic jobs of every process, beside the sweep: best effort, repeated at the next interval. */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { type Repeated, repeated } from '../async/repeated.ts';

export type PeriodicJob = { name: string; interval_ms: number; work: () => Promise<unknown> };

/** Each job starts again `interval_ms` after its last end. After `stop` none starts; a running one may end. */
export function createPeriodicJobs(jobs: PeriodicJob[], { clock, log }: { clock: Clock; log: Logger }) {
  let repeating: Repeated[] = [];
  const start = ({ name, interval_ms, work }: PeriodicJob): Repeated =>
    repeated(clock, interval_ms, () =>
      work().catch((error: unknown) =>
        log.warn(
          { event: 'periodic_job.failed', err: error, job: name, retry_ms: interval_ms },
          'a periodic job failed; it runs again at its next interval',
        ),
      ),
    );
  return {
    start: () => {
      repeating = jobs.map(start);
    },
    stop: () => {
      for (const job of repeating) job.stop();
    },
  };
}

/**
 * Removes page after page until one is not full, for at most `max_ms`, and pauses after each for as long as it took: this uses at most half
 * of one connection, and removes rows faster than they are written.
 */
export async function inPages(
  { clock, limit, max_ms }: { clock: Clock; limit: number; max_ms: number },
  page: (limit: number) => Promise<number>,
): Promise<number> {
  const began = clock.elapsed();
  let removed = 0;
  for (;;) {
    const at = clock.elapsed();
    const found = await page(limit);
    removed += found;
    const now = clock.elapsed();
    if (found < limit || now - began >= max_ms) return removed;
    await clock.sleep(now - at);
  }
}

/** Synchronises the clock with the database's, whose time is taken at the middle of the round trip. */
export async function setClock(clock: Clock, databaseTime: () => Promise<number | null>): Promise<void> {
  const asked_at = clock.now();
  const database_time = await databaseTime();
  if (database_time !== null) clock.setSkew(database_time - (asked_at + clock.now()) / 2);
}
