/** Tasks that a later version of the service has made, beside a worker of this one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Problem } from '../../../contract/problems.ts';
import { memoryQueue } from '../../../persistence/memory/queue.ts';
import { memoryTasks } from '../../../persistence/memory/tasks.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { isLaterVersion } from '../../../runtime/resources/problems.ts';
import { createTaskRunner } from '../../../runtime/tasks/task-runner.ts';
import { taskLifecycle } from '../../../services/lifecycles.ts';
import { record } from '../../ports/tasks.ts';
import { until } from '../../worlds/wait.ts';
import { wholeWorld } from '../../worlds/whole-world.ts';

test('a task of a later version is passed on and left as it is, whoever rings for it', async (t) => {
  const passed: { task_id: string; delay_ms: number }[] = [];
  const w = await wholeWorld((ports) => {
    const { retryLater } = ports.queue;
    const noting: typeof retryLater = async (task_id, n, delay_ms) => {
      passed.push({ task_id, delay_ms });
      return retryLater.call(ports.queue, task_id, n, delay_ms);
    };
    return { ...ports, queue: { ...ports.queue, retryLater: noting } };
  });
  t.after(() => w.stop());
  const task = record('later', { next_due_at: 5 });
  task.instance = { ...task.instance, version: '9', snapshot: { ...task.instance.snapshot, value: 'of a later version' } };
  await w.ports.tasks.create(task);
  await w.ports.queue.push(task.kind, task.task_id, task.ring, task);
  await until('it is passed on', async () => passed.length > 0);
  assert.ok(passed.every(({ task_id, delay_ms }) => task_id === 'later' && delay_ms >= 1_000));
  await w.service.sweep.once();
  assert.deepEqual(await w.ports.tasks.get('later'), task);
  await w.indexed(1, 'the others go on');
});

test('a result for a picture that a later version has taken over is kept with its task, and rung for a process of that version', async () => {
  const passed: string[] = [];
  const tasks = memoryTasks();
  const clock = systemClock();
  const lines: object[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const queue = memoryQueue({ clock, max_waiting: 10 });
  const runs = createTaskRunner({
    ...{
      tasks,
      clock,
      log,
      lifecycle: taskLifecycle(),
      limits: RUNTIME_LIMITS,
      remote: null,
      isAvailable: () => true,
      runsHere: () => false,
    },
    origin: { by: { kind: 'worker', id: null }, request_id: null },
    queue: { ...queue, retryLater: async (task_id) => void passed.push(task_id) },
    engine: {
      deliver: async () => {
        throw new Problem('LATER_VERSION', { en: 'later', zh: 'later' });
      },
      pendingJob: async () => null,
    },
  });
  const task = record('t');
  await tasks.create(task);
  const ring = { task_id: 't', again: false };
  assert.ok(await runs.claim(ring, task));
  assert.equal(await runs.succeeded(task, { fact_id: 'made' }), 'recorded');
  const kept = await tasks.get('t');
  assert.deepEqual([kept?.status, kept && runs.view(kept).output, passed], ['succeeded', { fact_id: 'made' }, ['t']]);
  await assert.rejects(runs.reportAgain(kept ?? task), isLaterVersion); // by this process in vain, by one of the later version not
  assert.deepEqual(lines, [], 'that is no error');
});
