/** `TUODI_TEST_REDIS_URL=… node dist/bench/redis.js`: tasks and queue, in memory and on Redis, in one run. */

import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { memoryQueue } from '../persistence/memory/queue.ts';
import { memoryTasks } from '../persistence/memory/tasks.ts';
import { openRedis } from '../persistence/redis/connection.ts';
import { redisQueue } from '../persistence/redis/queue.ts';
import { redisTasks } from '../persistence/redis/tasks.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Queue } from '../runtime/ports/queue.ts';
import type { TaskRecord, Tasks } from '../runtime/ports/tasks.ts';
import { taskLifecycle } from '../services/lifecycles.ts';
import { OWNER } from '../test/worlds/owner.ts';

const ROUNDS = 4_000;
const WARM_UP = 400;
const AT_ONCE = 8;
const clock = systemClock();
const { kernel, input } = taskLifecycle();

function record(task_id: string): TaskRecord {
  const { instance } = kernel.start(input({ task_id, provider_job_id: null, answered: false }), { now: 0, newId: clock.newId });
  const ids = { resource_id: task_id, org_id: 'o', user_id: 'u', job_id: 'ocr', kind: 'ocr' as const, input: { page: 1 } };
  return { task_id, ...ids, status: 'pending', instance, ring: 1, next_due_at: 1, created_at: 1, updated_at: 1 };
}

type Figures = { per_second: number; cpu_ms: number };
async function measured(count: number, work: () => Promise<unknown>): Promise<Figures> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { per_second: Math.round(count / seconds), cpu_ms: Math.round((user + system) / count) / 1_000 };
}

/** create, get, replace (claimed), get, remove. */
async function cycles(tasks: Tasks, count: number): Promise<void> {
  const left = Array.from({ length: count }, () => record(clock.newId())).values();
  const lane = async () => {
    for (const task of left) {
      await tasks.create(task);
      await tasks.get(task.task_id);
      const { seq } = task.instance;
      await tasks.replace({ ...task, status: 'running', instance: { ...task.instance, seq: seq + 1 } }, seq);
      await tasks.get(task.task_id);
      await tasks.remove(task.task_id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function deliveries(queue: Queue, count: number, received: { ring: () => void }): Promise<void> {
  let delivered = 0;
  const all = new Promise<void>((resolve) => {
    received.ring = () => {
      if (++delivered === count) resolve();
    };
  });
  const left = Array.from({ length: count }, () => clock.newId()).values();
  const lane = async () => {
    for (const id of left) await queue.push('ocr', id, 1, OWNER);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await all;
}

async function row(name: string, tasks: Tasks, queue: Queue): Promise<void> {
  await cycles(tasks, WARM_UP);
  const cycled = await measured(ROUNDS, () => cycles(tasks, ROUNDS));
  const received = { ring: () => {} };
  queue.consume('ocr', AT_ONCE, async () => received.ring());
  await deliveries(queue, WARM_UP, received);
  const delivered = await measured(ROUNDS, () => deliveries(queue, ROUNDS, received));
  const idle = await measured(10_000, () => clock.sleep(10_000));
  const idle_percent = idle.cpu_ms * 100;
  console.log(
    `${name}: tasks ${JSON.stringify(cycled)}, queue ${JSON.stringify(delivered)}, idle ${idle_percent.toFixed(2)} % of a core`,
  );
  await queue.stop(1_000);
}

const url = process.env.TUODI_TEST_REDIS_URL;
if (!url) throw new Error('TUODI_TEST_REDIS_URL is missing');
await row('memory', memoryTasks(), memoryQueue({ clock, max_waiting: 100_000 }));
const link = await openRedis({ url, clock, log: pino({ level: 'silent' }), prefix: `tuodi:bench-${randomUUID()}` });
await row('Redis', redisTasks(link), redisQueue(link));
for await (const keys of link.redis.scanStream({ match: `${link.prefix}:*` })) if (keys.length > 0) await link.redis.del(keys);
await link.close();
