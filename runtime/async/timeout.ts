/**
 * The one place where work is raced against time and against signals. When a race is over nothing of it is left: no timer, no listener
 * on a signal that lives longer, and no reference to what the work returned. (`AbortSignal.any` and `Promise.race` leave theirs on
 * sources that stay, and what hangs on them is never freed.)
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.ts';

export type Bounds = {
  clock: Clock;
  /** Absent: no limit. */
  limit_ms?: number;
  /** The error at the limit. */
  onTimeout?: (limit_ms: number) => Error;
  /** The first that is aborted ends it, with its own reason. They may live as long as the process. */
  signals?: readonly AbortSignal[];
};

/** `signal` is aborted at the limit, with the first of the signals, or by `abort`. After `release` nothing aborts it any more. */
export type Bounded = { signal: AbortSignal; abort(reason: unknown): void; release(): void };

/** For work that stops by its signal and cleans up by itself. Whoever calls this calls `release`. */
export function bounded({ clock, limit_ms, onTimeout = timedOut, signals = [] }: Bounds): Bounded {
  const over = new AbortController();
  const follow = new Map(signals.map((source) => [source, () => over.abort(source.reason)]));
  for (const [source, abort] of follow) {
    setMaxListeners(0, source); // as many as work at once: each takes its own away again
    if (source.aborted) abort();
    else source.addEventListener('abort', abort, { once: true });
  }
  const timer = limit_ms === undefined ? null : clock.after(limit_ms, () => over.abort(onTimeout(limit_ms)), { holds: true });
  return {
    signal: over.signal,
    abort: (reason) => over.abort(reason),
    release() {
      timer?.cancel();
      for (const [source, abort] of follow) source.removeEventListener('abort', abort);
    },
  };
}

/**
 * Resolves to what `work` returns, unless it takes longer or a signal is aborted first: then it rejects at once, the signal of `work` is
 * aborted, and the result of `work` is dropped.
 */
export async function withTimeout<Value>(bounds: Bounds, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const { signal, release } = bounded(bounds);
  let onAbort = (): void => {};
  try {
    signal.throwIfAborted();
    return await new Promise<Value>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      work(signal).then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    release();
  }
}

const timedOut = (limit_ms: number) => new Error(`no answer within ${limit_ms} ms`);
