/** What is done from time to time, beside the sweep, by every process: best effort, and again the next time. */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';

export type PeriodicJob = { name: string; interval_ms: number; work: () => Promise<unknown> };

/** Each chore begins anew `interval_ms` after its last end. Stopped, none begins; one under way is left to end. */
export function createPeriodicJobs(chores: PeriodicJob[], { clock, log }: { clock: Clock; log: Logger }) {
  let stopped = false;
  const waiting = new Map<PeriodicJob, { cancel(): void }>();
  function later(chore: PeriodicJob): void {
    const begin = () =>
      void chore
        .work()
        .catch((error: unknown) => log.warn({ err: error, chore: chore.name }, 'upkeep failed; it comes again'))
        .finally(() => stopped || later(chore));
    waiting.set(chore, clock.after(chore.interval_ms, begin));
  }
  return {
    start: () => chores.forEach(later),
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
  { clock, limit, most_ms }: { clock: Clock; limit: number; most_ms: number },
  page: (limit: number) => Promise<number>,
): Promise<number> {
  const began = clock.elapsed();
  let removed = 0;
  for (;;) {
    const at = clock.elapsed();
    const found = await page(limit);
    removed += found;
    const now = clock.elapsed();
    if (found < limit || now - began >= most_ms) return removed;
    await clock.sleep(now - at);
  }
}

/** Sets the clock by the database's, which is asked in the middle of the question's way there and back. */
export async function setClock(clock: Clock, databaseTime: () => Promise<number | null>): Promise<void> {
  const asked_at = clock.now();
  const theirs = await databaseTime();
  if (theirs !== null) clock.setSkew(theirs - (asked_at + clock.now()) / 2);
}
