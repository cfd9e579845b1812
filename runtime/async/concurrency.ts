/** Runs work in the background with limited concurrency: a slow provider does not delay the sweep. */
import { createPool } from './pool.ts';

export type LimitedConcurrency = ReturnType<typeof limitConcurrency>;

/** Maximum callers that wait for a slot: a page of the sweep and the retries of the queue; more is a bug. */
const MAX_WAITING = 10_000;

/** `max`: work that runs at once; further callers wait for a free slot. */
export function limitConcurrency(max: number) {
  const slots = createPool(
    Array.from({ length: max }, (_, n) => n),
    MAX_WAITING,
    () => new Error(`${MAX_WAITING} questions wait already`),
  );
  const under_way = new Set<Promise<void>>();
  const stopping = new AbortController();
  return {
    /** Resolves once the work has started. `work` never throws. */
    async begin(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
      const { signal } = stopping;
      if (signal.aborted) return; // the next process does it
      const slot = await slots.acquire(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return null;
      });
      if (slot === null) return;
      const running = work(signal).finally(() => {
        slots.release(slot);
        under_way.delete(running);
      });
      under_way.add(running);
    },
    async stop(): Promise<void> {
      stopping.abort(new Error('the process stops'));
      await Promise.all(under_way);
    },
  };
}
