import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlone } from '../../../runtime/async/alone.ts';

const NEVER = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A door with a held clock: `gather` lets all time pass for which somebody waits. */
function door() {
  const timers = new Set<() => void>();
  const after = (_: number, then: () => void) => {
    timers.add(then);
    return { cancel: () => timers.delete(then) };
  };
  const { enter } = createAlone({ clock: { after }, gather_ms: 1 });
  const inside: string[] = [];
  const leaves = new Map<string, () => void>();
  return {
    inside,
    arrive: (name: string, rank: number | null, signal = NEVER) =>
      enter(rank, signal).then((leave) => {
        inside.push(name);
        leaves.set(name, leave);
      }),
    async leave(name: string) {
      inside.splice(inside.indexOf(name), 1);
      leaves.get(name)?.();
      await settled();
    },
    async gather() {
      for (const then of timers) then();
      timers.clear();
      await settled();
    },
  };
}

test('who is to be alone waits for those inside, and lets nobody in before it or beside it', async () => {
  const { inside, arrive, leave, gather } = door();
  for (const name of ['a', 'b']) await arrive(name, null);
  void arrive('lone', 0);
  void arrive('c', null);
  await gather();
  assert.deepEqual(inside, ['a', 'b']);
  await leave('a');
  assert.deepEqual(inside, ['b']);
  await leave('b');
  assert.deepEqual(inside, ['lone']);
  void arrive('d', null);
  await settled();
  assert.deepEqual(inside, ['lone']);
  await leave('lone');
  assert.deepEqual(inside, ['c', 'd']);
});

test('of those who came within the time the lowest rank goes first', async () => {
  const { inside, arrive, leave, gather } = door();
  for (const rank of [2, 0, 1]) void arrive(String(rank), rank);
  await settled();
  assert.deepEqual(inside, []);
  await gather();
  const order = [...inside];
  for (const next of ['0', '1']) {
    await leave(next);
    order.push(...inside);
  }
  assert.deepEqual(order, ['0', '1', '2']);
});

test('who is told to stop while it waits holds up nobody', async () => {
  const { inside, arrive, gather } = door();
  const stopping = new AbortController();
  await arrive('a', null);
  const refused = assert.rejects(arrive('lone', 0, stopping.signal), /stop/);
  void arrive('b', null);
  stopping.abort(new Error('stop'));
  await refused;
  await gather();
  assert.deepEqual(inside, ['a', 'b']);
});
