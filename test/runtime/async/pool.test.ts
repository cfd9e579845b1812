/** Places to work at: whose turn it is, and what is open to who holds none. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { createPool } from '../../../runtime/async/pool.ts';

const never = new AbortController().signal;
const tooMany = () => new Error('too many wait');

/** Takes places in the name of their owner, and tells in which order they were given. */
function world(given: { places: number; spare?: number; max_waiting?: number }) {
  const numbers = Array.from({ length: given.places + (given.spare ?? 0) }, (_, n) => n);
  const [usual, spare] = [numbers.slice(0, given.places), numbers.slice(given.places)];
  const slots = createPool(usual, given.max_waiting ?? 100, tooMany, spare);
  const had: string[] = [];
  const held = new Map<string, number>();
  return {
    slots,
    had,
    ask: (owner: string, name: string, signal = never) =>
      slots.acquire(signal, owner).then((seat) => {
        had.push(name);
        held.set(name, seat);
      }),
    release: async (name: string) => {
      slots.release(held.get(name) ?? -1);
      await turnOfTheLoop();
    },
  };
}

describe('places to work at', () => {
  test('an owner who holds none comes before those who have one, however long they wait', async () => {
    const { ask, release, had } = world({ places: 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) void ask(name.slice(0, 1), name);
    await turnOfTheLoop();
    assert.deepEqual(had, ['a1', 'a2']);
    await release('a1');
    assert.deepEqual(had, ['a1', 'a2', 'b1']);
    await release('a2');
    assert.deepEqual(had, ['a1', 'a2', 'b1', 'a3']);
  });

  test('a spare place is open to an owner who holds none while others hold all; never to them', async () => {
    const { ask, release, had, slots } = world({ places: 2, spare: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void ask(name.slice(0, 1), name);
    await turnOfTheLoop();
    assert.deepEqual(had, ['a1', 'a2', 'b1'], 'b1 has the spare one, and c1 waits for it');
    await release('b1');
    assert.deepEqual(had, ['a1', 'a2', 'b1', 'b2']); // of two who hold none, who came first
    await release('a1');
    assert.deepEqual(had.at(-1), 'c1');
    assert.ok(slots.hasWaiters(), 'a3 waits still');
    await release('b2');
    assert.deepEqual(had.at(-1), 'c1', 'the spare place is none of a, who holds one');
    await release('a2');
    assert.deepEqual(had.at(-1), 'a3');
    assert.ok(!slots.hasWaiters());
  });

  test('of one owner, first come, first served; who gave up is passed over, and one too many is refused', async () => {
    const { ask, release, had, slots } = world({ places: 1, max_waiting: 2 });
    const giving_up = new AbortController();
    void ask('a', '1');
    const second = ask('a', '2', giving_up.signal);
    void ask('a', '3');
    await assert.rejects(ask('a', '4'), /too many wait/);
    giving_up.abort(new Error('given up'));
    await assert.rejects(second, /given up/);
    await release('1');
    assert.deepEqual(had, ['1', '3']);
    await release('3');
    assert.ok(!slots.hasWaiters());
    await ask('b', '5'); // the place is free again
    await assert.rejects(slots.acquire(AbortSignal.abort(new Error('gone before'))), /gone before/);
  });
});
