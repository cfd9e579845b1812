/** A clock that stands still until a test moves it. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../../runtime/async/clock.ts';

export type HeldClock = Clock & {
  /** Moves on by `ms`, in steps: what is due happens at its time, and what follows from it, before the next step. */
  pass(ms: number, step_ms?: number): Promise<void>;
};

/** Turns of the event loop in which what was begun by a step is done, where it waits for nothing else. */
const TURNS = 5;

export function heldClock(now = 1_000_000): HeldClock {
  let time = now;
  let minted = 0;
  const timers = new Set<{ at: number; then: () => void }>();
  const after: Clock['after'] = (ms, then) => {
    const timer = { at: time + ms, then };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  return {
    now: () => time,
    serviceTime: () => time,
    elapsed: () => time,
    setServiceTime: () => {},
    steady: () => time,
    setSkew: () => {},
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    after,
    newId: () => `minted-${++minted}`,
    randomUuid: () => `nonce-${++minted}`,
    random: () => 0,
    async pass(ms, step_ms = 100) {
      for (const end = time + ms; time < end; ) {
        time = Math.min(time + step_ms, end);
        const due = [...timers].filter(({ at }) => at <= time).sort((a, b) => a.at - b.at);
        for (const timer of due) if (timers.delete(timer)) timer.then();
        for (let turn = 0; turn < TURNS; turn++) await turnOfTheLoop();
      }
    },
  };
}
