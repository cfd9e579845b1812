/** Service time, by several sweepers whose clocks nobody can trust. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { TimeRow } from '../../../runtime/ports/service-state.ts';
import { createServiceTime, decide, type ObservedTick, type ServiceTime } from '../../../runtime/recovery/service-time.ts';
import { type MovedClock, movedClock } from '../../worlds/moved-clock.ts';
import { seeded } from '../../worlds/texts.ts';

const LIMITS = { tick_interval_ms: 5_000, max_gap_ms: 60_000, settle_ms: 10_000 };
const DAY = 24 * 60 * 60_000;
const AT = 1_800_000_000_000;
const log = pino({ level: 'silent' });
const row: TimeRow = { ticks: 7, ticked_at: AT, service_at: AT - DAY, settle_until: 0 };
const seenAt = (own: boolean): ObservedTick => ({ row, at: { wall: AT, elapsed: 500 }, own });
const tick = (seen: ObservedTick | null, wall_passed: number, passed: number, of = row) =>
  decide(of, seen, { wall: AT + wall_passed, elapsed: 500 + passed }, LIMITS);
const advance = (...given: Parameters<typeof tick>) => (tick(...given).write?.service_at ?? Number.NaN) - row.service_at;

test('a tick advances by the least of what both clocks of its process say', () => {
  assert.equal(advance(seenAt(true), 5_000, 5_000), 5_000);
  assert.equal(advance(seenAt(true), 31 * DAY, 5_000), 5_000);
  assert.equal(advance(seenAt(true), 55_000, 5_000), 5_000);
  assert.equal(advance(seenAt(true), 2_000, 5_000), 2_000);
  assert.equal(advance(seenAt(true), -31 * DAY, 5_000), 0);
  assert.equal(advance(seenAt(true), 5_000, 31 * DAY), 5_000);
  assert.equal(advance(null, 40_000, 0), 40_000, 'a process that has just started knows the wall clock alone');
});

test('after a silence it has stood still, and the row says until when timers are quiet', () => {
  for (const seen of [seenAt(true), seenAt(false)])
    assert.deepEqual(tick(seen, 61_000, 61_000).write, {
      ticks: 8,
      ticked_at: AT + 61_000,
      service_at: row.service_at,
      settle_until: row.service_at + LIMITS.settle_ms,
    });
  assert.equal(advance(null, 31 * DAY, 0), 0);
  for (const stepped of [tick(seenAt(true), 31 * DAY, 5_000), tick(seenAt(true), -DAY, 5_000), tick(seenAt(true), 5_000, DAY)])
    assert.equal(stepped.write?.settle_until, stepped.write && stepped.write.service_at + LIMITS.settle_ms);
});

test("another sweeper's tick is followed, however far its clock; after two intervals without one it is taken over", () => {
  assert.equal(tick(seenAt(false), 5_000, 5_000).write, null);
  assert.equal(advance(seenAt(false), 10_000, 10_000), 10_000);
  const other = { ...row, ticks: 8, ticked_at: AT + 31 * DAY };
  assert.deepEqual(tick(seenAt(true), 5_000, 5_000, other), { write: null, silent: false, doubtful: true });
});

type Sweeper = { machine: MovedClock; time: ServiceTime; fresh: boolean; read: number };
const SWEEPERS = 3;
const ROUND_MS = 500;

/** Sweepers on one row, in a time that only this test knows. */
function several(seed: number) {
  const random = seeded(seed);
  let now = 0;
  let kept: TimeRow = { ticks: 0, ticked_at: null, service_at: 0, settle_until: 0 };
  let ticked = 0;
  let ticking: Sweeper | null = null;
  let quiet_rounds = 0;
  const upkeep = {
    time: async () => kept,
    async moveTime(from: TimeRow, to: TimeRow) {
      if (from.ticks !== kept.ticks) return false;
      const max = now - ticked + (ticking?.fresh ? LIMITS.max_gap_ms : 0);
      if (from.ticked_at !== null)
        assert.ok(to.service_at - from.service_at <= max, `seed ${seed}: ${to.service_at - from.service_at} > ${max}`);
      assert.ok(to.service_at >= from.service_at, `seed ${seed}: back`);
      kept = to;
      ticked = now;
      return true;
    },
  };
  const started = (machine: MovedClock): Sweeper => ({
    machine,
    time: createServiceTime({ upkeep, clock: machine.clock, limits: LIMITS, log }),
    fresh: true,
    read: 0,
  });
  const sweepers = Array.from({ length: SWEEPERS }, () => started(movedClock(() => now, AT)));
  const check = ({ machine: { clock }, read }: Sweeper): number => {
    const service = clock.serviceTime();
    assert.ok(service <= kept.service_at + 2 * LIMITS.tick_interval_ms, `seed ${seed}: ${service - kept.service_at} ahead`);
    assert.ok(service >= read, `seed ${seed}: read backwards`);
    return service;
  };
  return {
    service_at: () => kept.service_at,
    quietRounds: () => quiet_rounds,
    async round(faults: boolean): Promise<void> {
      now += ROUND_MS;
      let fires = false;
      for (const [n, sweeper] of sweepers.entries()) {
        const fault = faults ? random() : 1;
        const far = (random() - 0.5) * 80 * DAY;
        const near = random() * 100_000;
        if (fault < 0.02) sweeper.machine.stepWall(fault < 0.01 ? far : near);
        else if (fault < 0.03) {
          now += near; // suspended: its monotonic clock stands still meanwhile
          sweeper.machine.stepMonotonic(-near);
        }
        if (fault >= 0.03 && fault < 0.04) sweepers[n] = started(sweeper.machine);
        if (fault >= 0.04 && fault < 0.3) continue; // stopped, or busy
        if (fault >= 0.3 && fault < 0.301) now += near; // all stood still
        ticking = sweepers[n] ?? sweeper;
        await ticking.time.tick();
        ticking.fresh = false;
        ticking.read = check(ticking);
        fires ||= ticking.read >= ticking.time.quietUntil();
      }
      if (!fires) quiet_rounds += 1;
    },
  };
}

for (let seed = 1; seed <= 40; seed++)
  test(`clocks stepped, suspended and started anew (seed ${seed}): never ahead of the tick, never faster than time, never stuck`, async () => {
    const w = several(seed);
    for (let n = 0; n < 2_000; n++) await w.round(true);
    const [began, quiet] = [w.service_at(), w.quietRounds()];
    const rounds = 600;
    for (let n = 0; n < rounds; n++) await w.round(false); // clocks stay as far apart as they are
    const went = w.service_at() - began;
    assert.ok(went >= 0.8 * rounds * ROUND_MS, `it went ${went} ms in ${rounds * ROUND_MS}`);
    assert.ok(w.quietRounds() - quiet <= 60, `${w.quietRounds() - quiet} rounds without a sweeper that fires timers`);
  });
