/** How much is with a provider at once: by how long it takes, on a clock that the test holds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryTasks } from '../../../persistence/memory/tasks.ts';
import { type Clock, systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import type { TaskRecord } from '../../../runtime/ports/tasks.ts';
import { adaptiveLimit, createInFlight } from '../../../runtime/tasks/in-flight.ts';

const TARGET_MS = 1_000;
const limits = { ...RUNTIME_LIMITS, in_flight: 8, in_flight_first: 2, in_flight_target_ms: TARGET_MS, in_flight_look_ms: 10 };
const never = new AbortController().signal;
const ids = (...names: string[]) => new Set(names);

describe('the room at a provider', () => {
  test('begins small, and grows with each that comes back soon while it was full, up to the most', () => {
    const room = adaptiveLimit(limits);
    assert.equal(room.now(ids('a', 'b'), 0), 2);
    assert.equal(room.now(ids('b', 'c'), 100), 3, 'a came back');
    assert.equal(room.now(ids('b'), 200), 3, 'it was not full: one more would tell nothing');
    let at = 200;
    for (let round = 0; round < 20; round++) {
      at += 10;
      room.now(ids(...Array.from({ length: 8 }, (_, n) => `${round}-${n}`)), at);
    }
    assert.equal(room.now(ids(), at + 1), 8);
  });

  test('halves once the oldest is there for too long, once in that time, and never below one', () => {
    const room = adaptiveLimit({ ...limits, in_flight_first: 8 });
    assert.equal(room.now(ids('a'), 0), 8);
    assert.equal(room.now(ids('a'), TARGET_MS), 8);
    assert.equal(room.now(ids('a'), TARGET_MS + 1), 4);
    assert.equal(room.now(ids('a'), TARGET_MS + 2), 4);
    for (let round = 2; round < 10; round++) room.now(ids('a'), round * (TARGET_MS + 2));
    assert.equal(room.now(ids('a'), 10 * (TARGET_MS + 2)), 1);
  });

  test('does not grow by what comes back late', () => {
    const room = adaptiveLimit(limits);
    room.now(ids('a', 'b'), 0);
    assert.equal(room.now(ids('c', 'd'), TARGET_MS), 2);
  });
});

/** Time passes by sleeping alone. */
function world() {
  const real = systemClock();
  let at = 0;
  const clock: Clock = {
    ...real,
    elapsed: () => at,
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      at += ms;
    },
  };
  const tasks = memoryTasks();
  const record = (task_id: string, status: TaskRecord['status']): TaskRecord => {
    const instance = { machine: 'task', version: '2', seq: 1, snapshot: { value: status, context: {}, status: 'active' } };
    const whose = { task_id, resource_id: task_id, org_id: 'o', user_id: 'u', job_id: 'ocr', kind: 'ocr' as const, input: null };
    return {
      ...whose,
      status,
      instance: { ...instance, jobs: {}, timers: {} },
      ring: 1,
      next_due_at: null,
      created_at: 0,
      updated_at: 0,
    };
  };
  return {
    in_flight: createInFlight({ tasks, clock, limits: { ...limits, in_flight_wait_ms: 5_000 } }),
    begins: (task_id: string, status: TaskRecord['status'] = 'running') => tasks.create(record(task_id, status)),
    ends: (task_id: string) => tasks.remove(task_id),
  };
}

describe('work for a provider', () => {
  test('is let in while there is room, counting what was let in and does not run yet, and what is asked about', async () => {
    const { in_flight, begins } = world();
    await begins('a', 'asking');
    await begins('waits', 'pending');
    const leave = await in_flight.enter('ocr', never);
    assert.ok(leave);
    const blocked = in_flight.enter('ocr', never);
    leave();
    leave(); // twice is once
    assert.ok(await blocked);
    assert.equal(await in_flight.enter('ocr', never), null, 'no room in time');
  });

  test('waits in the order of its coming; who leaves the line lets the next one pass', async () => {
    const { in_flight, begins, ends } = world();
    await begins('a');
    await begins('b');
    const leaving = new AbortController();
    const order: string[] = [];
    const first = in_flight.enter('ocr', leaving.signal).then(() => order.push('first'));
    const others = ['second', 'third'].map((name) =>
      in_flight.enter('ocr', never).then((leave) => {
        order.push(name);
        leave?.();
      }),
    );
    leaving.abort(new Error('I leave'));
    await assert.rejects(first, /I leave/);
    await ends('a');
    await Promise.all(others);
    assert.deepEqual(order, ['second', 'third']);
  });
});
