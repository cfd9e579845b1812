/** What every queue promises: a doorbell that rings at least once. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Notification, Place, Queue } from '../../runtime/ports/queue.ts';
import { OWNER } from '../worlds/owner.ts';
import { until } from '../worlds/wait.ts';

const GRACE_MS = 5_000;
/** A handler that holds each task until it is let go. */
export function holding() {
  const held = new Map<string, () => void>();
  const handled: string[] = [];
  const handle = async ({ task_id }: Notification) => {
    await new Promise<void>((resolve) => held.set(task_id, resolve));
    held.delete(task_id);
    handled.push(task_id);
  };
  const letGo = () => {
    for (const go of held.values()) go();
  };
  return { held, handled, handle, letGo };
}

export async function counts(queue: Queue, kind: StepKind): Promise<{ waiting: number; running: number }> {
  const { waiting, running } = await queue.depth(kind);
  return { waiting, running };
}

export function queueSuite(name: string, open: () => Promise<Queue>): void {
  describe(`queue: ${name}`, () => {
    test('a kind handles as many at once as it may, and all in the end; another kind does not wait for it', async () => {
      const queue = await open();
      const ocr = holding();
      const save = holding();
      queue.consume('ocr', 2, ocr.handle);
      queue.consume('save', 1, save.handle);
      for (const id of ['a', 'b', 'c']) await queue.push('ocr', id, 1, OWNER);
      await queue.push('save', 's', 1, OWNER);
      await until('two and one under way', () => ocr.held.size === 2 && save.held.size === 1);
      assert.deepEqual(await counts(queue, 'ocr'), { waiting: 1, running: 2 });
      ocr.letGo();
      await until('the third', () => ocr.held.size === 1);
      ocr.letGo();
      save.letGo();
      await until('all', () => ocr.handled.length === 3 && save.handled.length === 1);
      await queue.stop(GRACE_MS);
    });

    test('it knows what waits and what is handled, and nothing else', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      queue.consume('ocr', 1, handle);
      await queue.push('ocr', 'running', 1, OWNER);
      await queue.push('ocr', 'waiting', 1, OWNER);
      await until('one under way', () => held.size === 1);
      const known = await Promise.all(['running', 'waiting', 'other'].map((id) => queue.knows('ocr', id, 1)));
      assert.deepEqual(known, [true, true, false]);
      letGo();
      await until('the other', () => handled.length === 1 && held.size === 1);
      letGo();
      await until('both', () => handled.length === 2);
      await until('forgotten', async () => !(await queue.knows('ocr', 'running', 1)));
      await queue.stop(GRACE_MS);
    });

    test('a process takes no more than it is allowed, none at all, and as many as before when it is allowed them', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      queue.consume('ocr', 3, handle);
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await queue.push('ocr', id, 1, OWNER);
      await until('three at once', () => held.size === 3);
      queue.allow('ocr', 0);
      letGo();
      await until('those end', () => handled.length === 3);
      const { waiting, running } = await queue.depth('ocr');
      assert.deepEqual([held.size, waiting, running], [0, 5, 0]);
      queue.allow('ocr', 1);
      await until('one goes on', () => held.size === 1);
      assert.deepEqual(await counts(queue, 'ocr'), { waiting: 4, running: 1 });
      queue.allow('ocr', 0); // while it is handled: this one and no other
      letGo();
      await until('it ends', () => handled.length === 4);
      assert.equal((await queue.depth('ocr')).waiting, 4);
      queue.allow('ocr', 3);
      await until('three again', () => held.size === 3);
      letGo();
      await until('the last', () => held.size === 1 && handled.length === 7);
      letGo();
      await until('all', () => handled.length === 8);
      await queue.stop(GRACE_MS);
    });

    test('a kind of which none is allowed keeps what is rung, also where that was said before it is consumed', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      queue.allow('index', 0);
      queue.consume('index', 4, handle);
      await queue.push('index', 'a', 1, OWNER);
      assert.deepEqual([await counts(queue, 'index'), held.size], [{ waiting: 1, running: 0 }, 0]);
      queue.allow('index', 4);
      await until('under way', () => held.size === 1);
      letGo();
      await until('handled', () => handled.length === 1);
      await queue.stop(GRACE_MS);
    });

    test('a task that is rung while it is handled rings again after it, and again when it was handled before', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      queue.consume('save', 1, handle);
      await queue.push('save', 'a', 1, OWNER);
      await until('under way', () => held.size === 1);
      await queue.push('save', 'a', 2, OWNER);
      letGo();
      await until('the second', () => handled.length === 1 && held.size === 1);
      letGo();
      await until('both', () => handled.length === 2);
      await until('forgotten', async () => !(await queue.knows('save', 'a', 2)));
      await queue.push('save', 'a', 2, OWNER);
      await until('the same once more', () => held.size === 1);
      letGo();
      await until('all', () => handled.length === 3);
      await queue.stop(GRACE_MS);
    });

    test('a first ring is no second: again is false', async () => {
      const queue = await open();
      const deliveries: Notification[] = [];
      queue.consume('embed', 2, async (ring) => void deliveries.push(ring));
      await queue.push('embed', 'a', 1, OWNER);
      await until('rung', () => deliveries.length === 1);
      assert.deepEqual(deliveries, [{ task_id: 'a', again: false }]);
      await queue.stop(GRACE_MS);
    });

    test('a retry rings when its time is over, not before, and is no ring of its kind', async () => {
      const queue = await open();
      const delivered: { task_id: string; at: number }[] = [];
      const kinds: Notification[] = [];
      queue.consumeRetries(async (task_id) => void delivered.push({ task_id, at: performance.now() }));
      queue.consume('ocr', 1, async (ring) => void kinds.push(ring));
      const began = performance.now();
      await queue.retryLater('late', 1, 400);
      await queue.retryLater('soon', 1, 0);
      await until('both', () => delivered.length === 2);
      assert.deepEqual(
        delivered.map(({ task_id }) => task_id),
        ['soon', 'late'],
      );
      const took = (delivered[1]?.at ?? 0) - began;
      assert.ok(took >= 395, `rang after ${took} ms`); // a timer may be up to some ms early
      assert.deepEqual(kinds, []);
      await queue.stop(GRACE_MS);
    });

    test('stopping waits for what is handled, and answers no new ring', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      queue.consume('ocr', 1, handle);
      await queue.push('ocr', 'a', 1, OWNER);
      await queue.push('ocr', 'b', 1, OWNER);
      await until('under way', () => held.size === 1);
      const stopped = queue.stop(GRACE_MS);
      letGo();
      await stopped;
      assert.deepEqual([handled, held.size], [['a'], 0]);
    });

    test('a place is given to work that was never pushed while nothing waits, and counts as one of its kind', async () => {
      const queue = await open();
      const { held, handle, letGo, handled } = holding();
      assert.equal(queue.take('ocr', OWNER), null, 'not consumed here');
      queue.consume('ocr', 2, handle);
      const [one, two] = [await placeOf(queue, 'ocr'), await placeOf(queue, 'ocr')];
      assert.equal(queue.take('ocr', OWNER), null, 'no more than the concurrency');
      assert.deepEqual(await counts(queue, 'ocr'), { waiting: 0, running: 2 });
      await queue.push('ocr', 'a', 1, OWNER);
      assert.deepEqual([await counts(queue, 'ocr'), held.size], [{ waiting: 1, running: 2 }, 0]);
      one.leave();
      await until('what waits comes first', () => held.size === 1);
      one.leave(); // once more: nothing
      assert.deepEqual(await counts(queue, 'ocr'), { waiting: 0, running: 2 });
      two.leave();
      letGo();
      await until('handled', () => handled.length === 1);
      await until('nothing runs', async () => (await counts(queue, 'ocr')).running === 0);
      await queue.stop(GRACE_MS);
    });

    test('a place that is held is known to all, until it is left', async () => {
      const queue = await open();
      queue.consume('save', 2, async () => {});
      const place = await placeOf(queue, 'save');
      assert.equal(await queue.knows('save', 'a', 1), false);
      await place.hold('a', 1);
      assert.deepEqual([await queue.knows('save', 'a', 1), await counts(queue, 'save')], [true, { waiting: 0, running: 1 }]);
      place.leave();
      await until('forgotten', async () => !(await queue.knows('save', 'a', 1)));
      await queue.stop(GRACE_MS);
    });

    test('no place is given where none is allowed, or after a stop', async () => {
      const queue = await open();
      queue.consume('embed', 2, async () => {});
      (await placeOf(queue, 'embed')).leave();
      queue.allow('embed', 0);
      assert.equal(queue.take('embed', OWNER), null);
      queue.allow('embed', 2);
      (await placeOf(queue, 'embed')).leave();
      await queue.stop(GRACE_MS);
      assert.equal(queue.take('embed', OWNER), null);
    });

    test('it tells the age of what waits longest, and how many retries wait', async () => {
      const queue = await open();
      assert.equal((await queue.depth('index')).oldest_at, null);
      const before = Date.now();
      await queue.push('index', 'a', 1, OWNER);
      const between = Date.now();
      await queue.push('index', 'b', 1, OWNER);
      const { oldest_at } = await queue.depth('index');
      assert.ok(oldest_at !== null && oldest_at >= before && oldest_at <= between);
      await queue.retryLater('a', 1, 60_000);
      await queue.retryLater('b', 1, 60_000);
      assert.equal(await queue.retries(), 2);
      await queue.stop(GRACE_MS);
    });

    test('tasks that wait take turns by organisation, then by key, and within a key as they came', async () => {
      const queue = await open();
      const order: string[] = [];
      const of = (org_id: string, key_id: string) => ({ org_id, user_id: 'u', key_id });
      for (const id of ['a1', 'a2', 'a3', 'a4']) await queue.push('ocr', id, 1, of('a', 'one'));
      for (const id of ['x1', 'x2']) await queue.push('ocr', id, 1, of('a', 'two'));
      for (const id of ['b1', 'b2']) await queue.push('ocr', id, 1, of('b', 'three'));
      queue.consume('ocr', 1, async ({ task_id }) => void order.push(task_id));
      await until('all', () => order.length === 8);
      assert.deepEqual(order, ['a1', 'b1', 'x1', 'b2', 'a2', 'x2', 'a3', 'a4']);
      await queue.stop(GRACE_MS);
    });
  });
}

/** A queue on a server may not know at once that nothing waits. */
const placeOf = (queue: Queue, kind: StepKind): Promise<Place> => until('a place', () => queue.take(kind, OWNER));
