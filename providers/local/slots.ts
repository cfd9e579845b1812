/**
 * Places at which pictures are read in this process or beside it: a place reads one picture at a time, by whatever engine. Organisations
 * take turns, and a spare place is there for one that has nothing under way. Closing settles all that is read or waits.
 */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { LOW_PRIORITY, RAISED_PRIORITY } from '../../runtime/async/low-priority.ts';
import { createPool } from '../../runtime/async/pool.ts';
import { bounded } from '../../runtime/async/timeout.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** priority: the nice value of what reads there. */
export type Slot = { readonly priority: number };
export type Slots = {
  /** Waits for a place, and gives it back after `work`. */
  onSlot<T>(signal: AbortSignal, work: (slot: Slot, signal: AbortSignal) => Promise<T>, owner?: string): Promise<T>;
  /** Waited for by `close`. */
  track<T>(work: Promise<T>): Promise<T>;
  /** All places, for who ends what is kept at each. No work begins after it, and none is under way. */
  close(): Promise<readonly Slot[]>;
};

/** Pictures waiting for a place hold their pixels in memory. Above what any worker hands out at once: more is a mistake. */
const MAX_WAITING = 64;
/** A place beside `workers`, while all of those read for other organisations: the queue gives a place beyond its own then, too. */
const SPARE = 1;

const slotsOf = (length: number, priority: number) => Array.from({ length }, (): Slot => ({ priority }));
export const unavailable = (detail: string, cause?: unknown) => new StepError(failureOf('PROVIDER_UNAVAILABLE', detail), cause);

/** `taken`, `given`: told when work begins and ends at a place. */
export function createSlots(
  workers: number,
  clock: Clock,
  { taken, given }: { taken(slot: Slot): void; given(slot: Slot): void },
): Slots {
  const [usual, spare] = [slotsOf(workers, LOW_PRIORITY), slotsOf(SPARE, RAISED_PRIORITY)];
  const tooMany = () => unavailable(`${MAX_WAITING} pictures wait for the OCR engine already`);
  const pool = createPool(usual, MAX_WAITING, tooMany, spare);
  const closing = new AbortController();
  const working = new Set<Promise<void>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => {},
      () => {}, // the caller has the other promise
    );
    working.add(settled);
    void settled.then(() => working.delete(settled));
    return work;
  };
  const onSlot: Slots['onSlot'] = async (signal, work, owner) => {
    const either = bounded({ clock, signals: [signal, closing.signal] });
    try {
      const slot = await pool.acquire(either.signal, owner);
      taken(slot);
      try {
        return await work(slot, either.signal);
      } finally {
        given(slot);
        pool.release(slot);
      }
    } finally {
      either.release();
    }
  };
  return {
    onSlot: (...call) => track(onSlot(...call)),
    track,
    close: async () => {
      closing.abort(unavailable('the OCR engine is being stopped'));
      await Promise.all(working);
      return [...usual, ...spare];
    },
  };
}
