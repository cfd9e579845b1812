/** Waiting for a condition, with a limit: no test sleeps for luck. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets real time pass where time itself is what the test needs: a span in which nothing may happen, the pace of a writer, a clock
 * of a server. Never for what a condition can tell. `why`: for the reader.
 */
export const letPass = (ms: number, _why: string): Promise<void> => sleep(ms);

/** Resolves with what `look` returns once it is neither null, undefined nor false. Throws with `what` after `limit_ms`. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  limit_ms = 60_000, // far above what it takes on a machine that has much else to do
): Promise<Value> {
  const over = performance.now() + limit_ms;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > over) throw new Error(`waited ${limit_ms} ms in vain: ${what}`);
    await sleep(10);
  }
}
