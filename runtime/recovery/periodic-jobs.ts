/** What is done from time to time, beside the sweep, by every process: best effort, and again the next time. */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';

export type PeriodicJob = { name: string; interval_ms: number; work: () => Promise<unknown> };

/** Each chore begins anew `interval_ms` after its last end. Stopped, none begins; one under way is left to end. */
export function createPeriodicJobs(jobs: PeriodicJob[], { clock, log }: { clock: Clock; log: Logger }) {
  let stopped = false;
  const waiting = new Map<PeriodicJob, { cancel(): void }>();
  function schedule(job: PeriodicJob): void {
    const begin = () =>
      void job
        .work()
        .catch((error: unknown) =>
          log.warn(
            { event: 'periodic_job.failed', err: error, job: job.name, retry_ms: job.interval_ms },
            'a periodic job failed; it runs again at its next interval',
          ),
        )
        .finally(() => stopped || schedule(job));
    waiting.set(job, clock.after(job.interval_ms, begin));
  }
  return {
    start: () => jobs.forEach(schedule),
    stop: () => {
      stopped = true;
      for (const timer of waiting.values()) timer.cancel();
    },
  };
}

/**
 * Removes page after page until one is not full, for at most `most_ms`, and rests after each for as long as it took: what grows is
 * removed faster than it can grow, with half of one connection at most.
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

/** Sets the clock by the database's, which is asked in the middle of the question's way there and back. */
export async function setClock(clock: Clock, databaseTime: () => Promise<number | null>): Promise<void> {
  const asked_at = clock.now();
  const database_time = await databaseTime();
  if (database_time !== null) clock.setSkew(database_time - (asked_at + clock.now()) / 2);
}
