/** The clocks of a machine that a test moves: as NTP or a person steps the wall clock, and as a suspended machine wakes up. */
import { type Clock, systemClock } from '../../runtime/async/clock.ts';

export type MovedClock = {
  clock: Clock;
  /** The wall clock is set forward, or back. A machine that was suspended for so long sees the same. */
  stepWall(ms: number): void;
  /** Time has passed that the wall clock does not show: it was set back meanwhile. */
  stepMonotonic(ms: number): void;
};

/** `time`: of the world, in ms; real time unless a test has its own. */
export function movedClock(time: () => number = () => performance.now(), epoch = Date.now()): MovedClock {
  const began = time();
  let wall = epoch;
  let monotonic = 1_000;
  return {
    clock: systemClock({ now: () => Math.floor(wall + time() - began), monotonic: () => monotonic + time() - began }),
    stepWall: (ms) => {
      wall += ms;
    },
    stepMonotonic: (ms) => {
      monotonic += ms;
    },
  };
}
