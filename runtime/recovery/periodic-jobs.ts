/** Periodic jobs of every process, beside the sweep: best effort, repeated at the next interval. */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import { type Repeated, repeated } from '../async/repeated.ts';
import type { JobState } from '../health/process-report.ts';

/** name: of contract/jobs.ts. */
export type PeriodicJob = { name: string; interval_ms: number; work: () => Promise<unknown> };

/** Each job starts again `interval_ms` after its last end. After `stop` none starts; a running one may end. */
export function createPeriodicJobs(jobs: PeriodicJob[], { clock, log }: { clock: Clock; log: Logger }) {
  let repeating: Repeated[] = [];
  const states = new Map(jobs.map(({ name, interval_ms }) => [name, notRun(name, interval_ms)]));
  async function run({ name, interval_ms, work }: PeriodicJob): Promise<void> {
    const began = clock.elapsed();
    const failed = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
    const err = await work().then(() => null, failed);
    if (err)
      log.warn(
        { event: 'periodic_job.failed', err, job: name, retry_ms: interval_ms },
        'a periodic job failed; it runs again at its next interval',
      );
    const ended = err
      ? { outcome: 'failed' as const, error: err.message.slice(0, 300) }
      : { outcome: 'ok' as const, error: null };
    const last_ms = Math.round(clock.elapsed() - began);
    states.set(name, { job: name, interval_ms, last_run_at: clock.now(), last_ms, ...ended });
  }
  return {
    start: () => {
      repeating = jobs.map((job) => repeated(clock, job.interval_ms, () => run(job)));
    },
    stop: () => {
      for (const job of repeating) job.stop();
    },
    /** Each with its last run in this process. */
    list: (): JobState[] => [...states.values()],
  };
}
const notRun = (job: string, interval_ms: number): JobState => ({
  ...{ job, interval_ms },
  ...{ last_run_at: null, last_ms: null, outcome: null, error: null },
});

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
