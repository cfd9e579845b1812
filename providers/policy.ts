/**
 * How a provider over the network is called: a time limit, a circuit breaker, and the pause it asked for.
 *
 * - Away (refused, too slow, 5xx, 429) is PROVIDER_UNAVAILABLE: it says nothing of the picture, and spends no attempts.
 * - After several in a row the breaker opens: callers fail at once, and from time to time one of them tries.
 * - A provider that names a pause (Retry-After) is left alone for so long; a caller waits with it if the pause is short.
 */
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { failureOf } from '../contract/failures.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { StepError } from '../runtime/tasks/step-handler.ts';

/** One failure is an accident; so many in a row are an outage. */
const FAILURES_TO_OPEN = 5;
/** Between two tries of an open breaker: below the task's `outage_pause_ms`, so that tasks that come back find it willing to try. */
const PROBE_AFTER_MS = 10_000;
/** A pause that a provider asks for and that is longer is cut: who means longer says so again. */
const MAX_PAUSE_MS = 10 * 60_000;
/** How often one call is made when it is answered by asking for a pause: whoever is limited that often is one of too many. */
const MAX_TRIES = 2;

/** pause_ms: what it asked to be left alone for; null: it said nothing. */
export class ProviderUnavailable extends StepError {
  readonly pause_ms: number | null;
  constructor(detail: string, { pause_ms = null, cause }: { pause_ms?: number | null; cause?: unknown } = {}) {
    super(failureOf('PROVIDER_UNAVAILABLE', detail), cause);
    this.pause_ms = pause_ms;
  }
}

export type PolicyOptions = {
  /** The provider's name, for people. */
  name: string;
  clock: Clock;
  /** A pause of at most so long is waited for within the call; a longer one fails it. */
  patience_ms: number;
  /** For tests: the tries of an open breaker. */
  probe_after_ms?: number;
};
export type Policy = {
  /** `work` within `time_limit_ms`, or ProviderAway. What else it throws is let go, and so is the signal's reason. */
  call<T>(work: (signal: AbortSignal) => Promise<T>, time_limit_ms: number, signal: AbortSignal): Promise<T>;
  /** False while it is known to be unavailable. */
  reachable(): boolean;
};

export function providerPolicy({ name, clock, patience_ms, probe_after_ms = PROBE_AFTER_MS }: PolicyOptions): Policy {
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof ProviderUnavailable && error.pause_ms === null),
    { halfOpenAfter: probe_after_ms, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
  );
  /** By `clock.elapsed()`: until then it is left alone. */
  let paused_until = Number.NEGATIVE_INFINITY;

  async function pauseOver(signal: AbortSignal): Promise<void> {
    const pause_ms = Math.ceil(paused_until - clock.elapsed());
    if (pause_ms <= 0) return;
    if (pause_ms > patience_ms)
      throw new ProviderUnavailable(`${name} asked to be left alone for ${pause_ms} ms more`, { pause_ms });
    await clock.sleep(pause_ms, signal);
  }
  async function once<T>(work: (signal: AbortSignal) => Promise<T>, time_limit_ms: number, signal: AbortSignal): Promise<T> {
    try {
      return await breaker.execute(() => bounded(work, time_limit_ms, signal));
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new ProviderUnavailable(`${name} is away: it failed several times in a row`);
      if (error instanceof ProviderUnavailable && error.pause_ms !== null)
        paused_until = Math.max(paused_until, clock.elapsed() + Math.min(error.pause_ms, MAX_PAUSE_MS));
      throw error;
    }
  }
  async function bounded<T>(work: (signal: AbortSignal) => Promise<T>, limit_ms: number, signal: AbortSignal): Promise<T> {
    const late = () => new ProviderUnavailable(`${name} did not answer within ${limit_ms} ms`);
    try {
      return await withTimeout({ clock, limit_ms, onTimeout: late, signals: [signal] }, work);
    } catch (error) {
      if (error instanceof StepError) throw error;
      signal.throwIfAborted(); // given up by the caller: that says nothing of the provider
      const reason = networkFault(error);
      throw reason === null ? error : new ProviderUnavailable(`${name} cannot be reached: ${reason}`, { cause: error });
    }
  }
  return {
    async call(work, time_limit_ms, signal) {
      for (let tries = 1; ; tries++) {
        signal.throwIfAborted();
        await pauseOver(signal);
        try {
          return await once(work, time_limit_ms, signal);
        } catch (error) {
          if (!(error instanceof ProviderUnavailable) || error.pause_ms === null || tries === MAX_TRIES) throw error;
        }
      }
    },
    reachable: () => breaker.state === CircuitState.Closed && paused_until <= clock.elapsed(),
  };
}

/** fetch says all faults of the network in the same two ways: what it was stands in the cause. */
function networkFault(error: unknown): string | null {
  if (!(error instanceof TypeError) || !['fetch failed', 'terminated'].includes(error.message)) return null;
  const { cause } = error;
  return cause instanceof Error ? ('code' in cause && String(cause.code)) || cause.message || 'no reason' : 'no reason';
}
