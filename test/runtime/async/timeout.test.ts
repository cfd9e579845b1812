/** A race against time and signals: who wins it, and that nothing of it is left. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../../runtime/async/clock.ts';
import { bounded, withTimeout } from '../../../runtime/async/timeout.ts';
import { heapInUse } from '../../worlds/heap.ts';

/** Its timers fire when a test says so. */
function heldClock() {
  const timers = new Set<() => void>();
  const clock: Clock = {
    ...systemClock(),
    after(_ms, then) {
      timers.add(then);
      return { cancel: () => void timers.delete(then) };
    },
  };
  const fire = () => {
    for (const then of [...timers]) then();
  };
  return { clock, timers, fire };
}
const pending = () => new Promise<never>(() => {});
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('work that ends in time is told as it is, and leaves neither timer nor listener', async () => {
  const { clock, timers } = heldClock();
  const sources = [new AbortController(), new AbortController()];
  const signals = sources.map(({ signal }) => signal);
  assert.equal(await withTimeout({ clock, limit_ms: 1, signals }, async () => 'done'), 'done');
  await assert.rejects(
    withTimeout({ clock, limit_ms: 1, signals }, async () => {
      throw new Error('failed');
    }),
    /failed/,
  );
  await assert.rejects(
    withTimeout({ clock, limit_ms: 1, signals }, () => {
      throw new Error('at once');
    }),
    /at once/,
  );
  assert.deepEqual([timers.size, ...signals.map(listeners)], [0, 0, 0]);
});

test('work that takes longer is left with its own reason, told so, and leaves neither timer nor listener', async () => {
  const { clock, timers, fire } = heldClock();
  const source = new AbortController();
  let notified: AbortSignal | null = null;
  const late = (ms: number) => new Error(`late by ${ms}`);
  const waiting = withTimeout({ clock, limit_ms: 7, onTimeout: late, signals: [source.signal] }, (signal) => {
    notified = signal;
    return pending();
  });
  fire();
  await assert.rejects(waiting, /late by 7/);
  assert.match(String((notified as AbortSignal | null)?.reason), /late by 7/);
  assert.deepEqual([timers.size, listeners(source.signal)], [0, 0]);
});

test('the first signal that is aborted ends it with its reason; one that was aborted before lets nothing begin', async () => {
  const { clock, timers } = heldClock();
  const [one, other] = [new AbortController(), new AbortController()];
  const signals = [one.signal, other.signal];
  const waiting = withTimeout({ clock, limit_ms: 1, signals }, pending);
  other.abort(new Error('stopped'));
  await assert.rejects(waiting, /stopped/);
  let begun = false;
  const begin = async () => {
    begun = true;
  };
  await assert.rejects(withTimeout({ clock, limit_ms: 1, signals }, begin), /stopped/);
  assert.deepEqual([begun, timers.size, ...signals.map(listeners)], [false, 0, 0, 0]);
});

test('a bound signal follows its sources until it is released, and after that no more', () => {
  const { clock, timers, fire } = heldClock();
  const source = new AbortController();
  const followed = bounded({ clock, limit_ms: 1, signals: [source.signal] });
  const released = bounded({ clock, limit_ms: 1, signals: [source.signal] });
  released.release();
  source.abort(new Error('stopped'));
  fire();
  assert.match(String(followed.signal.reason), /stopped/);
  assert.equal(released.signal.aborted, false);
  followed.release();
  assert.deepEqual([timers.size, listeners(source.signal)], [0, 0]);
});

test('what the work returns is kept by nobody, however long its signals live', async () => {
  const RACES = 2_000;
  const SIZE = 10_000;
  const source = new AbortController();
  const clock = systemClock();
  const race = () => withTimeout({ clock, limit_ms: 600_000, signals: [source.signal] }, async () => new Array(SIZE).fill(0));
  await race();
  const before = await heapInUse();
  for (let n = 0; n < RACES; n++) await race();
  const grown = ((await heapInUse()) - before) / RACES;
  assert.ok(grown < 1_000, `${grown} bytes a race`);
});

test('as many as like wait on one signal, without a warning of a leak', async (t) => {
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.message);
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  const source = new AbortController();
  const all = Array.from({ length: 50 }, () => withTimeout({ clock: systemClock(), signals: [source.signal] }, pending));
  source.abort(new Error('stopped'));
  for (const { status } of await Promise.allSettled(all)) assert.equal(status, 'rejected');
  await new Promise((resolve) => setImmediate(resolve)); // warnings are told a turn later
  assert.deepEqual(warnings, []);
});
