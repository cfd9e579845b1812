import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIds } from '../../../runtime/async/ids.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

test('ids of one millisecond are all different, in order, and of version 7', () => {
  const newId = createIds(() => 1_700_000_000_000);
  const ids = Array.from({ length: 10_000 }, newId);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual([...ids].sort(), ids);
  assert.ok(ids.every((id) => V7.test(id) && timeOf(id) === 1_700_000_000_000));
});

test('ids go by the clock, and stay in order when it is set back', () => {
  let now = 1_000;
  const newId = createIds(() => now);
  const first = newId();
  now = 2_000;
  const second = newId();
  now = 500;
  const third = newId();
  assert.deepEqual([first, second, third].map(timeOf), [1_000, 2_000, 2_000]);
  assert.ok(first < second && second < third);
});

test('two makers of ids make none alike, also at the same time', () => {
  const makers = [createIds(() => 7), createIds(() => 7)];
  const ids = makers.flatMap((newId) => Array.from({ length: 1_000 }, newId));
  assert.equal(new Set(ids).size, ids.length);
  const tails = new Set(ids.map((id) => id.slice(-11)));
  assert.equal(tails.size, ids.length, 'each has random bytes of its own');
});
