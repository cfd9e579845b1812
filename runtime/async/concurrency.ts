/** Runs work in the background with limited concurrency: a slow provider does not delay the sweep. */
import pLimit from 'p-limit';

export type LimitedConcurrency = ReturnType<typeof limitConcurrency>;

/** Maximum callers that wait for a slot: a page of the sweep and the retries of the queue; more is a bug. */
const MAX_WAITING = 10_000;

/** `max`: work that runs at once; further callers wait for a free slot. */
export function limitConcurrency(max: number, max_waiting = MAX_WAITING) {
  const slots = pLimit({ concurrency: max, rejectOnClear: true });
  const under_way = new Set<Promise<void>>();
  const stopping = new AbortController();
  return {
    /** Resolves once the work has started. `work` never throws. */
    async begin(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
      const { signal } = stopping;
      if (signal.aborted) return; // the next process does it
      if (slots.pendingCount >= max_waiting) throw new Error(`${max_waiting} questions wait already`);
      await new Promise<void>((resolve) => {
        const running = slots(async () => {
          resolve();
          await work(signal);
        })
          .catch((error: unknown) => {
            if (!signal.aborted) throw error;
            resolve(); // `stop` cleared the queue
          })
          .finally(() => under_way.delete(running));
        under_way.add(running);
      });
    },
    async stop(): Promise<void> {
      stopping.abort(new Error('the process stops'));
      slots.clearQueue();
      await Promise.all(under_way);
    },
  };
}
