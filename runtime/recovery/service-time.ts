/**
 * Service time: the time that all deadlines go by. It goes on by ticks: each is a compare-and-swap of one row in the facts, made by
 * whichever sweeper comes first. No clock is trusted by itself:
 * - A tick advances it by no more than passed on this process' wall clock and on its monotonic clock since it saw the last tick, so
 *   neither a step of the wall clock nor a machine that was suspended moves it.
 * - After a silence of more than `max_gap_ms` it has stood still, and no timer fires within `settle_ms`. The row has until when.
 * - Between ticks each process goes on by its monotonic clock, and stops two intervals after the tick that it knows.
 * - Whoever ticks goes on ticking; another takes over when it has seen no tick for two intervals. So sweepers whose wall clocks are far
 *   apart do not take one another's ticks for a silence.
 */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { ServiceState, TimeRow } from '../ports/service-state.ts';

/** Both clocks of a process at one moment: epoch ms, and ms that only rise. */
export type Reading = { wall: number; elapsed: number };
/** The row as this process knows it: since when, and whether the tick is its own. */
export type ObservedTick = { row: TimeRow; at: Reading; own: boolean };
type Limits = Pick<RuntimeLimits, 'tick_interval_ms' | 'max_gap_ms' | 'settle_ms'>;
/** `write`: the next tick; null: another sweeper ticks. `doubtful`: its clock is far from ours, or nothing has run for long. */
export type Decision = { write: TimeRow | null; silent: boolean; doubtful: boolean };

/** How often a tick is tried when others are first: the first who loses finds that another has just ticked. */
const ATTEMPTS = 20;
/** Intervals without a tick after which another sweeper takes over, and after which reading goes no further. */
export const INTERVALS_AHEAD = 2;

/** What a sweeper that reads `row` at `now` does. Pure. */
export function decide(row: TimeRow, observed: ObservedTick | null, now: Reading, limits: Limits): Decision {
  const { tick_interval_ms, max_gap_ms, settle_ms } = limits;
  if (row.ticked_at === null) return { write: after(row, now.wall, now.wall, 0), silent: false, doubtful: false };
  const since = observed && isSame(observed.row, row) ? observed : null;
  const from_row = now.wall - row.ticked_at;
  if (observed && !since) return { write: null, silent: false, doubtful: Math.abs(from_row) > max_gap_ms };
  const wall_passed = since ? now.wall - since.at.wall : from_row;
  const monotonic_passed = since ? now.elapsed - since.at.elapsed : Math.abs(from_row);
  const silent = Math.max(Math.abs(wall_passed), monotonic_passed) > max_gap_ms;
  if (since && !since.own && !silent && monotonic_passed < INTERVALS_AHEAD * tick_interval_ms)
    return { write: null, silent, doubtful: false };
  const passed = Math.floor(Math.min(wall_passed, monotonic_passed));
  const service_at = row.service_at + (passed > max_gap_ms ? 0 : Math.max(0, passed));
  const settle_until = silent ? service_at + settle_ms : row.settle_until;
  return { write: after(row, now.wall, service_at, settle_until), silent, doubtful: false };
}

const after = ({ ticks }: TimeRow, ticked_at: number, service_at: number, settle_until: number): TimeRow => ({
  ticks: ticks + 1,
  ticked_at,
  service_at,
  settle_until,
});
const isSame = (one: TimeRow, other: TimeRow) => one.ticks === other.ticks && one.service_at === other.service_at;

type Parts = { upkeep: Pick<ServiceState, 'time' | 'moveTime'>; clock: Clock; limits: Limits; log: Logger };
export type ServiceTime = ReturnType<typeof createServiceTime>;

export function createServiceTime({ upkeep, clock, limits, log }: Parts) {
  let observed: ObservedTick | null = null;
  let last_reading: Reading | null = null;
  let doubted_until = Number.NEGATIVE_INFINITY;
  const reading = (): Reading => ({ wall: clock.now(), elapsed: clock.elapsed() });

  function observe(row: TimeRow, at: Reading, own: boolean): void {
    observed = { row, at, own };
    clock.setServiceTime({ service_at: row.service_at, elapsed: at.elapsed, max_ms: INTERVALS_AHEAD * limits.tick_interval_ms });
  }
  /** One attempt; false when another sweeper was first. */
  async function attempt(): Promise<boolean> {
    const row = await upkeep.time();
    const now = reading();
    const { write, silent, doubtful } = decide(row, observed, now, limits);
    if (write && !(await upkeep.moveTime(row, write))) return false;
    if (silent)
      // A service that was not running is no fault: only what comes while it runs is worth a warning.
      log[observed ? 'warn' : 'info'](
        { event: 'clock.gap', ...clockDifferences(row, observed, now) },
        'no sweep ran for a while, or the clock was changed; service time was not advanced',
      );
    if (write) observe(write, now, true);
    else if (!observed || !isSame(observed.row, row)) observe(row, now, false);
    if (doubtful) doubted_until = clock.serviceTime() + limits.settle_ms;
    return true;
  }
  /** An interval has passed; or the wall clock was moved, or the machine suspended, which has to be known before anything fires. */
  function isDue(): boolean {
    if (!last_reading) return true;
    const { wall, elapsed } = reading();
    const passed = elapsed - last_reading.elapsed;
    const stepped = Math.abs(wall - last_reading.wall - passed) >= limits.tick_interval_ms;
    return passed >= limits.tick_interval_ms || stepped;
  }
  return {
    /** Ticks, or reads the tick of another sweeper, when that is due. Throws what the facts throw. */
    async tick(): Promise<void> {
      if (!isDue()) return;
      const began = reading();
      for (let tried = 0; tried < ATTEMPTS; tried++)
        if (await attempt()) {
          last_reading = began;
          return;
        }
      throw new Error(`service time was moved by others ${ATTEMPTS} times in a row`);
    },
    /** Until when (service time) no timer of a picture fires: results of work from before a gap are recorded first. */
    quietUntil: (): number => Math.max(observed?.row.settle_until ?? Number.NEGATIVE_INFINITY, doubted_until),
  };
}

/** For the log: milliseconds that each clock advanced. */
function clockDifferences({ ticked_at }: TimeRow, observed: ObservedTick | null, now: Reading) {
  const wall_passed_ms = now.wall - (observed?.at.wall ?? ticked_at ?? now.wall);
  return { wall_passed_ms, monotonic_passed_ms: observed ? Math.round(now.elapsed - observed.at.elapsed) : null };
}
