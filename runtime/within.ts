/** A limit on how long an answer is waited for. */
import type { Clock } from './clock.ts';

export type Giving = {
  /** Rejects with its reason when it is aborted first. */
  signal?: AbortSignal;
  /** What it rejects with when it takes longer. */
  late?: (ms: number) => Error;
};

/** Rejects when it takes longer; what was begun ends by itself, and its end is told to nobody. */
export async function within<Value>(
  clock: Clock,
  ms: number,
  work: Promise<Value>,
  { signal, late = noAnswer }: Giving = {},
): Promise<Value> {
  let giveUp: (reason: unknown) => void = () => {};
  const given_up = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const limit = clock.after(ms, () => giveUp(late(ms)));
  const abort = () => giveUp(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await Promise.race([work, given_up]);
  } finally {
    limit.cancel();
    signal?.removeEventListener('abort', abort);
  }
}
const noAnswer = (ms: number) => new Error(`no answer within ${ms} ms`);
