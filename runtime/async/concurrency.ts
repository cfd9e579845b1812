/** Questions to providers, beside whoever has them asked: a slow provider does not hold up the sweep. */
import { createPool } from './pool.ts';

export type LimitedConcurrency = ReturnType<typeof limitConcurrency>;

/** Who waits for a place: a page of the sweep and the retries of the queue; more is a mistake. */
const MAX_WAITING = 10_000;

/** `most`: under way at once; whoever comes then waits for one to end, so that their number has a bound. */
export function limitConcurrency(max: number) {
  const slots = createPool(
    Array.from({ length: max }, (_, n) => n),
    MAX_WAITING,
    () => new Error(`${MAX_WAITING} questions wait already`),
  );
  const under_way = new Set<Promise<void>>();
  const stopping = new AbortController();
  return {
    /** Resolves once the question is on its way. `ask` never throws. */
    async begin(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
      const { signal } = stopping;
      if (signal.aborted) return; // asked again by whoever comes after us
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
