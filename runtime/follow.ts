/**
 * What each new status of a task asks for, done: pending → ring; retrying → ring later; asking → ask; an end → report to the resource.
 * Whatever is not done here, the sweep does.
 */
import type { ServiceFailure } from '../contract/failures.ts';
import type { TaskStatus } from '../contract/task.ts';
import type { Origin } from './change.ts';
import type { Clock } from './clock.ts';
import type { Inbound } from './durable.ts';
import type { Engine, Owed } from './engine.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Queue, TaskRecord, Tasks } from './ports.ts';
import { createTaskSteps, type TaskLifecycle, type TaskView } from './task-steps.ts';

export type FollowParts = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'hear' | 'owes'>;
  lifecycle: TaskLifecycle;
  clock: Clock;
  limits: RuntimeLimits;
  origin: Origin;
};

export function createFollow({ tasks, queue, engine, lifecycle, clock, limits, origin }: FollowParts) {
  const { view } = lifecycle;
  const { recordOf, step } = createTaskSteps({ tasks, lifecycle, clock, limits });

  /** A task for each job, unless it has one. */
  async function dispatch(owed: Owed[]): Promise<void> {
    for (const one of owed) {
      const record = recordOf(one);
      if (await tasks.create(record)) await follow(record);
    }
  }

  const say = async (
    task_id: string,
    inbound: (now: TaskRecord, seen: TaskView) => Inbound | null,
  ): Promise<TaskRecord | null> => {
    const next = await step(task_id, inbound);
    if (next) await follow(next);
    return next;
  };

  /** Does what a status asks for. */
  async function follow(record: TaskRecord): Promise<void> {
    const { kind, task_id, status, instance, ring, next_due_at } = record;
    if (status === 'pending') await queue.push(kind, task_id, ring);
    if (status === 'retrying' && next_due_at !== null)
      await queue.retryLater(task_id, instance.seq, Math.max(0, next_due_at - clock.service()));
    if (status === 'asking') await ask(record);
    if (isEnd(status)) await report(record);
  }
  /** Of work in our own processes the queue knows what became of it. */
  const ask = async ({ kind, task_id, ring }: TaskRecord) =>
    answer(task_id, (await queue.knows(kind, task_id, ring)) ? 'working' : 'unknown');
  async function answer(task_id: string, status: 'working' | 'unknown'): Promise<void> {
    const output = { status };
    await say(task_id, ({ instance }) => {
      const token = instance.jobs.ask?.token;
      return token ? { kind: 'done', id: 'ask', token, output } : null;
    });
  }
  /** Tells the resource how the run ended. The record is kept until it has answered; if the step must be run again, it gets a new one. */
  async function report({ task_id: token, resource_id, job_id: id, instance }: TaskRecord): Promise<void> {
    const { status, output, failure, attempt } = view(instance);
    const said = status === 'succeeded' ? { kind: 'done' as const, id, token, output } : failed({ id, token, failure, attempt });
    const outcome = await engine.hear(resource_id, said, origin);
    await tasks.remove(token);
    if (outcome !== 'outdated') return;
    const owed = await engine.owes(resource_id, id, token);
    if (owed) await dispatch([owed]);
  }

  return { dispatch, say, step, follow, ask, answer, report };
}

export const isEnd = (status: TaskStatus) => status === 'succeeded' || status === 'failed' || status === 'dead';
const LOST: ServiceFailure = { code: 'WORKER_LOST', retryable: true, detail: 'nobody knows what became of the run' };
type Ended = { id: string; token: string; failure: ServiceFailure | null; attempt: number };
const failed = ({ id, token, failure, attempt }: Ended): Exclude<Inbound, { kind: 'event' }> => ({
  kind: 'error',
  id,
  token,
  failure: failure ?? LOST,
  attempts: attempt,
});
