/** A store of tasks that fails for a moment costs a moment. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { wholeWorld } from '../../worlds/whole-world.ts';

/** Far below the minute after which a task that waits is rung for again by itself. */
const SOON_MS = 20_000;

test('a ring that was answered in vain is rung again, long before its task asks for it', async (t) => {
  let failing = 1;
  const failsOnce = ({ tasks, ...ports }: Ports): Ports => {
    const replace: typeof tasks.replace = async (task, seq) => {
      if (failing-- > 0) throw new Error('the store of tasks does not answer');
      return tasks.replace(task, seq);
    };
    const queue = { ...ports.queue, take: () => null }; // through the queue
    return { ...ports, queue, tasks: { ...tasks, replace } };
  };
  const w = await wholeWorld(failsOnce);
  t.after(() => w.stop());
  const began = performance.now();
  await w.indexed(1, 'rung again');
  assert.ok(failing < 0, 'the store has failed');
  assert.ok(performance.now() - began < SOON_MS);
});
