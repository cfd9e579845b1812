/** Background work with limited concurrency: how much runs at once, who waits, and how it stops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { limitConcurrency } from '../../../runtime/async/concurrency.ts';

/** Work that runs until it is ended, or until it stops by its signal. */
function held() {
  const running = new Map<string, () => void>();
  const started: string[] = [];
  const work = (name: string) => (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      started.push(name);
      const end = () => {
        running.delete(name);
        resolve();
      };
      running.set(name, end);
      signal.addEventListener('abort', end, { once: true });
    });
  return { work, started, end: (name: string) => running.get(name)?.() };
}

test('so much runs at once, the rest in order; `begin` resolves when its work has started', async () => {
  const { work, started, end } = held();
  const limited = limitConcurrency(2);
  const begun: string[] = [];
  const all = ['a', 'b', 'c', 'd'].map((name) => limited.begin(work(name)).then(() => begun.push(name)));
  await turnOfTheLoop();
  assert.deepEqual(
    [started, begun],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  );
  end('b');
  await turnOfTheLoop();
  assert.deepEqual(
    [started, begun],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
  );
  end('a');
  await Promise.all(all);
  await limited.stop();
});

test('stopping aborts what runs and waits for it; what waits resolves at once and never runs', async () => {
  const { work, started } = held();
  const limited = limitConcurrency(1);
  let settle = (): void => {};
  const slow = new Promise<void>((resolve) => {
    settle = resolve;
  });
  await limited.begin(async () => slow);
  const waiting = limited.begin(work('b'));
  let stopped = false;
  const stopping = limited.stop().then(() => {
    stopped = true;
  });
  await waiting;
  await turnOfTheLoop();
  assert.equal(stopped, false);
  settle();
  await stopping;
  await limited.begin(work('c'));
  assert.deepEqual(started, []);
});

test('too many callers that wait are refused', async () => {
  const { work } = held();
  const limited = limitConcurrency(1, 1);
  await limited.begin(work('a'));
  const second = limited.begin(work('b'));
  await assert.rejects(limited.begin(work('c')), /1 .*wait already/);
  await limited.stop();
  await second;
});
