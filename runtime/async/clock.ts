/** The only source of time and randomness, so that a test can control them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createIds } from './ids.ts';

/** Service time was `service_at` at `elapsed`, and advances at most `max_ms` beyond it. */
export type Tick = { service_at: number; elapsed: number; max_ms: number };

export interface Clock {
  /** Milliseconds since the epoch: for what is shown, links and the journal. */
  now(): number;
  /** For all deadlines: goes on from the last tick by `elapsed`, for so long as the tick allows. Wall time before the first. */
  serviceTime(): number;
  /** Sets service time by a tick that this process made or has read. */
  setServiceTime(tick: Tick): void;
  /** Wall time that no step forward has moved, for removing what is old: it lags by the time in which the machine was suspended. */
  steady(): number;
  /** Moves `now` by how far the database's clock is ahead of it, so that all processes agree. */
  setSkew(by_ms: number): void;
  /** Milliseconds that only rise, for measuring durations. */
  elapsed(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `then` once after `ms` unless cancelled. `holds`: somebody waits for it, so that the process lives until then; else it does not. */
  after(ms: number, then: () => void, options?: { holds: boolean }): { cancel(): void };
  /** A UUIDv7: sortable by time, never the same twice. */
  newId(): string;
  /** A random UUID, which reveals no time. */
  randomUuid(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

/** The two clocks of the machine: epoch ms, which may be set; and ms that only rise, and stand still while the machine is suspended. */
export type ClockSources = { now(): number; monotonic(): number };
const MACHINE: ClockSources = { now: () => Date.now(), monotonic: () => performance.now() };

export function systemClock({ now: read, monotonic: elapsed }: ClockSources = MACHINE): Clock {
  let skew_ms = 0;
  let tick: Tick | null = null;
  let reached = Number.NEGATIVE_INFINITY;
  const began = { wall: read(), elapsed: elapsed() };
  const now = () => read() + skew_ms;
  /** Never back: after a tick that is behind what was read, it stands still until the tick's time is there. */
  function serviceTime(): number {
    if (!tick) return now();
    const { service_at, max_ms, elapsed: from } = tick;
    return Math.max(Math.min(reached, service_at + max_ms), Math.floor(service_at + Math.min(elapsed() - from, max_ms)));
  }
  return {
    now,
    serviceTime,
    setServiceTime: (next) => {
      if (tick) reached = serviceTime();
      tick = next;
    },
    steady: () => Math.min(now(), Math.floor(began.wall + elapsed() - began.elapsed)),
    setSkew: (by_ms) => {
      skew_ms += Math.round(by_ms);
    },
    elapsed,
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { ...(signal ? { signal } : {}) });
    },
    after: (ms, then, { holds } = { holds: false }) => {
      const timer = setTimeout(then, ms);
      if (!holds) timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
    newId: createIds(() => Date.now()),
    randomUuid: () => randomUUID(),
    random: () => Math.random(),
  };
}
