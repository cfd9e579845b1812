/** Counts a minute over the last hour: pairs of a minute (epoch minutes) and a count; minutes without any are left out. */
import { z } from 'zod';

export const MINUTE_MS = 60_000;
/** Minutes that are kept. */
export const MINUTES = 60;

export const MinuteCounts = z.array(z.tuple([z.number(), z.number()]));
export type MinuteCounts = z.infer<typeof MinuteCounts>;

/** One more in the present minute; what is older than an hour is dropped. now: wall time. */
export function countMinute(minutes: Map<number, number>, now: number): void {
  const minute = Math.floor(now / MINUTE_MS);
  minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  for (const old of minutes.keys()) if (old <= minute - MINUTES) minutes.delete(old);
}

/** The sums of several as 60 numbers, the present minute last. */
export function sumMinutes(counted: readonly MinuteCounts[], now: number): number[] {
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1;
  const sums = Array.from({ length: MINUTES }, () => 0);
  for (const [minute, count] of counted.flat()) {
    const at = minute - first;
    const before = sums[at];
    if (before !== undefined) sums[at] = before + count;
  }
  return sums;
}
