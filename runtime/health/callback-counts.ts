/** How many callbacks of providers this process has taken and refused, a minute over the last hour, for operators. */
import { CALLBACK_NAMES, type CallbackCount } from '../../contract/callbacks.ts';
import type { Clock } from '../async/clock.ts';
import { countMinute, type MinuteCounts, sumMinutes } from './minutes.ts';

export interface CallbackCounts {
  add(of: CallbackCount): void;
  /** Those of which there are any. */
  list(): Partial<Record<CallbackCount, MinuteCounts>>;
}

export function createCallbackCounts(clock: Pick<Clock, 'now'>): CallbackCounts {
  const counted = new Map<CallbackCount, Map<number, number>>();
  return {
    add(of) {
      const minutes = counted.get(of) ?? new Map<number, number>();
      counted.set(of, minutes);
      countMinute(minutes, clock.now());
    },
    list: () => Object.fromEntries([...counted].map(([of, minutes]) => [of, [...minutes]])),
  };
}

/** All of the last hour, of all processes. */
export function callbackTotals(all: readonly ReturnType<CallbackCounts['list']>[], now: number): Record<CallbackCount, number> {
  const total = (of: CallbackCount) =>
    sumMinutes(
      all.map((counts) => counts[of] ?? []),
      now,
    ).reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(CALLBACK_NAMES.map((of) => [of, total(of)])) as Record<CallbackCount, number>; // one a name
}
