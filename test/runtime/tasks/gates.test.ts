/** Steps that wait for what is away: what that costs, how it ends, and what tasks are told of it. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { type FailureCode, failureOf } from '../../../contract/failures.ts';
import { memoryQueue } from '../../../persistence/memory/queue.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { createGates, type Gates } from '../../../runtime/tasks/gates.ts';
import { type HeldClock, heldClock } from '../../worlds/held-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OUTAGE = { give_up_ms: 6 * HOUR, outage_pause_ms: 30_000 };
const { failures_to_close, probe_max_ms, gate_look_ms, concurrency } = RUNTIME_LIMITS;
const log = pino({ level: 'silent' });

let clock: HeldClock;
let gates: Gates;
/** Whether the index responds, and what its adapter knows of that. */
let there: { answers: boolean; code: FailureCode; reachable: boolean };
let seen: { runs: number; given_up: string[]; max_at_once: number; done: number };
let queue: ReturnType<typeof memoryQueue>;

function begin(run_ms = 0): void {
  clock = heldClock();
  there = { answers: true, code: 'PROVIDER_UNAVAILABLE', reachable: true };
  seen = { runs: 0, given_up: [], max_at_once: 0, done: 0 };
  queue = memoryQueue({ clock, max_waiting: 200_000 });
  gates = createGates({ queue, isAvailable: () => there.reachable, clock, limits: RUNTIME_LIMITS, outage: OUTAGE, log });
  let running = 0;
  queue.consume('index', concurrency.index, async () => {
    const passage = gates.enter('index');
    running += 1;
    seen.max_at_once = Math.max(seen.max_at_once, running);
    const refusal = passage.refusal();
    if (refusal) seen.given_up.push(refusal.failure.code);
    else {
      seen.runs += 1;
      if (run_ms > 0) await clock.sleep(run_ms);
      seen.done += there.answers ? 1 : 0;
      passage.recordRun(there.answers ? null : failureOf(there.code, ''));
    }
    running -= 1;
    passage.leave();
  });
  gates.start(['index']);
}
const wait = async (count: number, from = 0) => {
  for (let n = from; n < from + count; n++) await queue.push('index', `t${n}`, 1, { org_id: 'org', user_id: 'user' });
};
beforeEach(() => begin());

describe('while what a step needs is away', () => {
  for (const waiting of [300, 100_000])
    test(`${waiting} that wait cost one run each ${probe_max_ms} ms, and no more`, async () => {
      there.answers = false;
      await wait(waiting);
      await clock.pass(10 * MINUTE, 500);
      assert.equal(gates.isOpen('index'), false);
      const probes = Math.ceil((10 * MINUTE) / probe_max_ms) + Math.ceil(Math.log2(probe_max_ms / RUNTIME_LIMITS.probe_min_ms));
      assert.ok(seen.runs <= concurrency.index + probes, `${seen.runs} runs`);
      assert.ok(seen.runs >= probes / 2, 'it is tried');
      assert.equal((await queue.depth('index')).waiting, waiting - seen.runs);
    });

  test('an adapter that knows is enough: nothing is tried before the pause is over, and all go on once it is answered', async () => {
    there.reachable = false;
    await clock.pass(2 * gate_look_ms);
    assert.equal(gates.isOpen('index'), false);
    there.answers = false;
    await wait(300);
    await clock.pass(100);
    assert.equal(seen.runs, 0);
    Object.assign(there, { reachable: true, answers: true });
    await clock.pass(10 * gate_look_ms);
    assert.deepEqual([seen.done, gates.isOpen('index')], [300, true]);
  });

  test('a full disk closes it too, which no adapter speaks of; a failure of ours leaves it open', async () => {
    Object.assign(there, { answers: false, code: 'UNEXPECTED' });
    await wait(50);
    await clock.pass(MINUTE);
    assert.deepEqual([seen.runs, gates.isOpen('index')], [50, true]);
    there.code = 'STORAGE_FULL';
    await wait(50, 50);
    await clock.pass(gate_look_ms);
    assert.equal(gates.isOpen('index'), false);
  });

  test('a failure of a picture says that all is there', async () => {
    there.answers = false;
    for (let n = 1; n < failures_to_close; n++) gates.enter('index').recordRun(failureOf('PROVIDER_UNAVAILABLE', ''));
    gates.enter('index').recordRun(failureOf('DECODE_LIMIT', ''));
    gates.enter('index').recordRun(failureOf('PROVIDER_UNAVAILABLE', ''));
    assert.equal(gates.isOpen('index'), true);
  });

  test('one that nobody wants any more does not find out: the next one does', async () => {
    for (let n = 0; n < failures_to_close; n++) gates.enter('index').recordRun(failureOf('PROVIDER_UNAVAILABLE', ''));
    await clock.pass(RUNTIME_LIMITS.probe_min_ms);
    gates.enter('index').leave();
    await wait(1);
    await clock.pass(100);
    assert.deepEqual([seen.done, gates.isOpen('index')], [1, true]);
  });
});

test('work is taken up again by one, then by twice as many at each look', async () => {
  begin(10 * gate_look_ms); // runs that are longer than the looks
  for (let n = 0; n < failures_to_close; n++) gates.enter('index').recordRun(failureOf('PROVIDER_UNAVAILABLE', ''));
  await wait(300);
  await clock.pass(RUNTIME_LIMITS.probe_min_ms + 10 * gate_look_ms); // the one that finds out
  const at_once: number[] = [];
  for (let look = 0; look < 6; look++) {
    seen.max_at_once = 0;
    await clock.pass(gate_look_ms);
    at_once.push(seen.max_at_once);
  }
  const highest = at_once.filter((most) => most > 0);
  assert.ok(Number(highest[0]) <= 2, String(at_once));
  assert.deepEqual([Math.max(...at_once), [...highest].sort((a, b) => a - b)], [concurrency.index, highest], String(at_once));
});

describe('after the time that an outage is granted', () => {
  test('what waits is given up one by one, without a run; before that, nothing is', async () => {
    there.answers = false;
    await wait(100);
    await clock.pass(OUTAGE.give_up_ms - MINUTE, 1_000);
    assert.deepEqual(seen.given_up, []);
    await wait(1_000, 100);
    const before = seen.runs;
    await clock.pass(5 * MINUTE, 100);
    assert.equal((await queue.depth('index')).waiting, 0);
    assert.deepEqual([...new Set(seen.given_up)], ['PROVIDER_UNAVAILABLE']);
    assert.ok(seen.runs - before <= (6 * MINUTE) / probe_max_ms, 'few of them are run');
    assert.equal(seen.max_at_once <= concurrency.index, true);
  });

  test('it is still tried, and goes on', async () => {
    there.answers = false;
    await wait(5);
    await clock.pass(OUTAGE.give_up_ms + MINUTE, 1_000);
    there.answers = true;
    await clock.pass(probe_max_ms);
    await wait(20, 5);
    await clock.pass(MINUTE);
    assert.deepEqual([gates.isOpen('index'), seen.done], [true, 20]);
  });
});

test('tasks are told how long it has been away, and whether it was seen to work before', async () => {
  const fail = () => gates.enter('index').recordRun(failureOf('PROVIDER_UNAVAILABLE', ''));
  assert.equal(gates.outageOf('index'), null);
  fail();
  const since = clock.serviceTime();
  await clock.pass(MINUTE);
  assert.deepEqual(gates.outageOf('index'), { ms: MINUTE, since, from_start: false });
  gates.enter('index').recordRun(null);
  assert.equal(gates.outageOf('index'), null);
  await clock.pass(MINUTE);
  assert.equal(gates.worksFor('index'), MINUTE);
  fail();
  assert.deepEqual(gates.outageOf('index'), { ms: 0, since: clock.serviceTime(), from_start: true });
  assert.equal(gates.worksFor('index'), null);
});
