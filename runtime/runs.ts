/**
 * Runs of steps: a task's record is stepped by its machine, and what each new status asks for is done:
 * pending → ring; asking → ask; an end → report to the resource. Whatever is not done here, the sweep does.
 */

import type { Logger } from 'pino';
import type { EventObject } from 'xstate';
import type { ServiceFailure } from '../contract/failures.ts';
import type { Json } from '../contract/json.ts';
import type { TaskStatus } from '../contract/task.ts';
import type { Origin } from './change.ts';
import type { Clock } from './clock.ts';
import type { Inbound } from './durable.ts';
import type { Engine, Owed } from './engine.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Queue, TaskRecord, Tasks } from './ports.ts';
import type { StoredInstance } from './ports-facts.ts';
import { createTaskSteps, type TaskLifecycle, type TaskView } from './task-steps.ts';

export type Runs = ReturnType<typeof createRuns>;
type Parts = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'hear' | 'owes'>;
  lifecycle: TaskLifecycle;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
};

export function createRuns({ tasks, queue, engine, lifecycle, clock, limits, log, origin }: Parts) {
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
    const { kind, task_id, status, instance } = record;
    if (status === 'pending') await queue.push(kind, task_id, instance.seq);
    if (status === 'asking') await ask(record);
    if (isEnd(status)) await report(record);
  }
  /** Of work in our own process the queue knows what became of it. */
  async function ask({ kind, task_id }: TaskRecord): Promise<void> {
    const output = { status: (await queue.knows(kind, task_id)) ? 'working' : 'unknown' };
    await say(task_id, ({ instance }) => {
      const token = instance.jobs.ask?.token;
      return token ? { kind: 'done', id: 'ask', token, output } : null;
    });
  }
  /** Tells the resource how the run ended. The record is kept until it has answered. */
  async function report({ task_id: token, resource_id, job_id: id, instance }: TaskRecord): Promise<void> {
    const { status, output, failure, attempt } = view(instance);
    const said = status === 'succeeded' ? { kind: 'done' as const, id, token, output } : failed({ id, token, failure, attempt });
    await engine.hear(resource_id, said, origin);
    await tasks.remove(token);
  }

  const accepted = ({ resource_id, job_id: id, task_id: token }: TaskRecord) =>
    engine.hear(resource_id, { kind: 'accepted', id, token, provider_job_id: null }, origin);

  return {
    dispatch,
    accepted,
    /** The worker takes it: true if the run is now its own. A task that runs already is asked about instead. */
    async claim(task_id: string): Promise<TaskView | null> {
      let was: TaskStatus | null = null;
      const next = await step(task_id, (_, { status }) => {
        was = status;
        return event({ type: 'CLAIMED', provider_job_id: null });
      });
      if (next && was === 'pending') return view(next.instance);
      if (next) await follow(next);
      return null;
    },
    succeeded: (task_id: string, output: Json) => say(task_id, () => event({ type: 'SUCCEEDED', output })),
    /** Of one run only: another run's failure is not believed. */
    failed: (task_id: string, failure: ServiceFailure, { attempt, losses }: TaskView) =>
      say(task_id, () => event({ type: 'FAILED', attempt, losses, failure, jitter: clock.chance() })),

    /** A timer of a task that is due. */
    async fire(due: TaskRecord): Promise<void> {
      const now = clock.service();
      for (const [id, { due_at, token }] of Object.entries(due.instance.timers))
        if (due_at <= now)
          await say(due.task_id, ({ instance }) => (instance.timers[id]?.token === token ? { kind: 'timer', id, token } : null));
    },
    /** The backstop of a job: its task is gone: made again; ended: reported again; taken, but the resource does not know: said again. */
    async check({ instance_id, instance }: StoredInstance): Promise<void> {
      for (const [job_id, job] of Object.entries(instance.jobs)) {
        const record = await tasks.get(job.token);
        if (!record) {
          const owed = await engine.owes(instance_id, job_id, job.token);
          if (owed) await dispatch([owed]);
        } else if (isEnd(record.status)) await report(record);
        else if (record.status === 'pending') await queue.push(record.kind, record.task_id, record.instance.seq);
        else if (record.status === 'asking') await ask(record);
        else if (record.status === 'running' && job.accepted === null) {
          log.info({ resource_id: instance_id, task_id: job.token }, 'accepted, said again');
          await accepted(record);
        }
      }
    },
  };
}

const isEnd = (status: TaskStatus) => status === 'succeeded' || status === 'failed' || status === 'dead';
const event = (said: EventObject & Record<string, unknown>): Inbound => ({ kind: 'event', event: said });
const LOST: ServiceFailure = { code: 'WORKER_LOST', retryable: true, detail: 'nobody knows what became of the run' };
type Ended = { id: string; token: string; failure: ServiceFailure | null; attempt: number };
const failed = ({ id, token, failure, attempt }: Ended): Exclude<Inbound, { kind: 'event' }> => ({
  kind: 'error',
  id,
  token,
  failure: failure ?? LOST,
  attempts: attempt,
});
