/** A limit on how long an answer is waited for. */
import type { Clock } from './clock.ts';

/** Rejects when it takes longer; what was begun ends by itself, and its end is told to nobody. */
export async function within<Value>(clock: Clock, ms: number, work: Promise<Value>): Promise<Value> {
  let timer = { cancel() {} };
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.cancel();
  }
}
