/** Long work on the event loop, cut by time: others are served in between, and it waits for them no more often than that. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/**
 * Call what it returns after each small piece: it lets others be served once `slice_ms` have passed since the last time. Each turn of the
 * loop may take as long as all that others have for it, so a turn a piece would make short work wait for all of it many times.
 */
export function timeSlices({ elapsed }: Pick<Clock, 'elapsed'>, slice_ms: number): () => Promise<void> {
  let began = elapsed();
  return async () => {
    if (elapsed() - began < slice_ms) return;
    await turnOfTheLoop();
    began = elapsed();
  };
}
