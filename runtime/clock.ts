/** Time and chance come in from here and from nowhere else, so that a test can hold them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 } from 'uuid';

export interface Clock {
  /** Milliseconds since the epoch: for what is shown, links and the journal. */
  wall(): number;
  /** Wall time less the time in which nothing swept: for all deadlines. */
  service(): number;
  /** Told by the sweep how long service time has stood still in all. */
  standStill(offset_ms: number): void;
  /** Told how far the database's clock is ahead of `wall`, which goes by it from now on, so that all processes agree. */
  correct(ahead_ms: number): void;
  /** Milliseconds that only rise, for measuring durations. */
  elapsed(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `then` once after `ms` unless cancelled. `holds`: somebody waits for it, so that the process lives until then; else it does not. */
  after(ms: number, then: () => void, options?: { holds: boolean }): { cancel(): void };
  /** A UUIDv7: sortable by time, never the same twice. */
  mint(): string;
  /** An identifier that tells nothing of time. */
  nonce(): string;
  /** In [0, 1): jitter. */
  chance(): number;
}

export function systemClock(): Clock {
  let offset = 0;
  let ahead = 0;
  const wall = () => Date.now() + ahead;
  return {
    wall,
    service: () => wall() - offset,
    standStill: (offset_ms) => {
      offset = offset_ms;
    },
    correct: (ahead_ms) => {
      ahead += Math.round(ahead_ms);
    },
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { ...(signal ? { signal } : {}) });
    },
    after: (ms, then, { holds } = { holds: false }) => {
      const timer = setTimeout(then, ms);
      if (!holds) timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
    mint: () => v7(),
    nonce: () => randomUUID(),
    chance: () => Math.random(),
  };
}
