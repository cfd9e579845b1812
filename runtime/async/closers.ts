/**
 * What a start has opened, in order, and how each part of it is closed: unwound in reverse when the process stops, and when its start
 * fails halfway. Each closer is tried, whatever the others do, and none is waited for without limit.
 */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { withTimeout } from './timeout.ts';

export type StopLimits = typeof STOP_LIMITS;
export const STOP_LIMITS = {
  /** Time limit of one part: above the 5 s that work in hand and requests are given, and the time in which a call to a database that is unavailable fails. */
  closer_ms: 10_000,
  /** Time limit of all together: below the 30 s that Kubernetes gives by default before it kills, with the time that the process takes to end. */
  stop_ms: 25_000,
};

export type Closers = {
  /** It is closed before all that were added earlier. `close` may be called when the part was opened halfway, and is called once. */
  add(name: string, close: () => unknown): void;
  /** Closes all. Rejects with StopFailed once each was tried. Called again, it returns the same. */
  close(): Promise<void>;
};

/** `errors`: one for each part that was not closed. */
export class StopFailed extends AggregateError {
  override name = 'StopFailed';
  /** A part did not end within its limit, and may still be at work. */
  readonly too_long: boolean;
  constructor(failures: CloseFailed[]) {
    super(failures, failures.map(({ message }) => message).join('; '));
    this.too_long = failures.some(({ too_long }) => too_long);
  }
}

class CloseFailed extends Error {
  override name = 'CloseFailed';
  readonly too_long: boolean;
  constructor(part: string, cause: unknown) {
    super(`${part} was not closed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.too_long = cause instanceof CloseTimeout;
  }
}
class CloseTimeout extends Error {
  override name = 'TooLong';
}

type Parts = { clock: Clock; log: Logger; limits?: Partial<StopLimits> };

export function createClosers({ clock, log, limits }: Parts): Closers {
  const { closer_ms, stop_ms } = { ...STOP_LIMITS, ...limits };
  const stack: { name: string; close: () => unknown }[] = [];
  let closing: Promise<void> | null = null;
  const timedOut = (ms: number) => new CloseTimeout(`it did not end within ${ms} ms`);

  async function closeAll(): Promise<void> {
    const over_at = clock.elapsed() + stop_ms;
    const failures: CloseFailed[] = [];
    for (let one = stack.pop(); one; one = stack.pop()) {
      const { name, close } = one;
      const left_ms = Math.max(1, Math.round(over_at - clock.elapsed())); // with no time left it is tried all the same
      try {
        await withTimeout({ clock, limit_ms: Math.min(closer_ms, left_ms), onTimeout: timedOut }, async () => close());
      } catch (error) {
        const failure = new CloseFailed(name, error);
        failures.push(failure);
        log.error(
          { event: 'service.close_failed', err: failure, part: name },
          'could not close a part of the service; closing the others',
        );
      }
    }
    if (failures.length > 0) throw new StopFailed(failures);
  }
  return {
    add(name, close) {
      if (closing) throw new Error(`${name} is opened while the process stops`);
      stack.push({ name, close });
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** What `start` returns. If it fails, what it has opened is closed, and its own error is thrown. */
export async function closeOnFailure<Value>(closers: Closers, start: () => Promise<Value>): Promise<Value> {
  try {
    return await start();
  } catch (error) {
    await closers.close().catch(() => undefined); // logged there; why the start failed is what counts
    throw error;
  }
}
