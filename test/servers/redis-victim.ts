/** A worker that takes OCR tasks and never ends them, until it is killed: `node redis-victim.js <url of Redis>`. */
import { openRedisPorts } from '../../persistence/redis/open.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { createTaskRunner } from '../../runtime/tasks/task-runner.ts';
import { taskLifecycle } from '../../services/lifecycles.ts';
import { endWithParent } from '../worlds/parent.ts';
import { clock, log } from './redis.ts';

endWithParent();
const { tasks, queue } = await openRedisPorts({ url: process.argv[2] ?? '', clock, log });
const runs = createTaskRunner({
  ...{ tasks, queue, clock, log, limits: RUNTIME_LIMITS, lifecycle: taskLifecycle() },
  engine: { deliver: async () => 'stale', pendingJob: async () => null }, // it dies before it tells anything
  ...{
    origin: { by: { kind: 'worker', id: 'victim' }, request_id: null },
    remote: null,
    isAvailable: () => true,
    runsHere: () => false,
  },
});
queue.consume('ocr', 2, async (ring) => {
  const task = await tasks.get(ring.task_id);
  if (task && (await runs.claim(ring, task))) console.log(`claimed ${ring.task_id}`);
  await new Promise(() => {}); // until it is killed
});
