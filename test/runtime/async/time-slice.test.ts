/** Long work that lets others be served: by time, not by piece. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeSlices } from '../../../runtime/async/time-slice.ts';

test('others are served once a slice of time has passed, and not after every piece', async () => {
  let now = 1_000;
  let turns = 0;
  let over = false;
  const tick = () => {
    turns += 1;
    if (!over) setImmediate(tick);
  };
  setImmediate(tick);
  const rest = timeSlices({ elapsed: () => now }, 10);
  for (let piece = 0; piece < 9; piece++) {
    now += 1;
    await rest();
  }
  assert.equal(turns, 0, 'nine pieces in nine milliseconds');
  now += 1;
  await rest();
  assert.ok(turns >= 1, 'ten milliseconds');
  const before = turns;
  now += 9;
  await rest();
  assert.equal(turns, before, 'the next slice begins after the turn');
  over = true;
});
