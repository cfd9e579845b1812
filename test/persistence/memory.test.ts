import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryQueue } from '../../persistence/memory/queue.ts';
import { memoryRates } from '../../persistence/memory/rates.ts';
import { memoryTasks } from '../../persistence/memory/tasks.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { queueSuite } from '../ports/queue.ts';
import { ratesSuite } from '../ports/rates.ts';
import { tasksSuite } from '../ports/tasks.ts';
import { OWNER } from '../worlds/owner.ts';

const clock = systemClock();
ratesSuite('in memory', async () => memoryRates());
tasksSuite('in memory', async () => memoryTasks());
queueSuite('in process', async () => memoryQueue({ clock, max_waiting: 100 }));

test('a ring over the bound is dropped, and may be rung again', async () => {
  const queue = memoryQueue({ clock, max_waiting: 1 });
  await queue.push('ocr', 'a', 1, OWNER);
  await queue.push('ocr', 'b', 1, OWNER);
  assert.deepEqual([await queue.knows('ocr', 'a', 1), await queue.knows('ocr', 'b', 1)], [true, false]);
});
