import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeated } from '../../../runtime/async/repeated.ts';
import { heldClock } from '../../worlds/held-clock.ts';

/** Counts its calls; each is under way until `finish`. */
function slowWork() {
  const calls: { resolve(): void; reject(error: Error): void }[] = [];
  return { calls, work: () => new Promise<void>((resolve, reject) => calls.push({ resolve, reject })) };
}

test('the interval begins at the end of the work before, also where that failed', async () => {
  const clock = heldClock();
  const { calls, work } = slowWork();
  const again = repeated(clock, 1_000, work);
  await clock.pass(5_000);
  assert.equal(calls.length, 1, 'one at a time');
  calls[0]?.reject(new Error('away'));
  await clock.pass(0); // the failure is handled
  await clock.pass(1_000);
  assert.equal(calls.length, 2, 'a failure ends that turn only');
  again.stop();
});

test('none begins after the end, which waits for what is under way', async () => {
  const clock = heldClock();
  const { calls, work } = slowWork();
  const again = repeated(clock, 1_000, work);
  await clock.pass(1_000);
  let ended = false;
  const ending = again.end().then(() => {
    ended = true;
  });
  await clock.pass(3_000);
  assert.equal(ended, false);
  calls[0]?.resolve();
  await ending;
  await clock.pass(3_000);
  assert.equal(calls.length, 1);
});
