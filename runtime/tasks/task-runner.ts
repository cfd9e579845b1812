/** Runs of steps: what workers and the sweep say of a task, which its machine takes or not. */
import type { EventObject } from 'xstate';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import type { StoredInstance } from '../ports/instances.ts';
import type { Asked } from '../ports/providers.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { TaskRecord } from '../ports/tasks.ts';
import { isLaterVersion } from '../resources/step-loop.ts';
import type { UnavailableFor } from './gate.ts';
import { createOvertime } from './overtime.ts';
import { createTaskEffects, isEnd, type TaskEffectsDeps } from './task-effects.ts';
import type { TaskView } from './task-store.ts';

export type TaskRunner = ReturnType<typeof createTaskRunner>;

type Whose = Pick<TaskRecord, 'task_id' | 'resource_id' | 'job_id'>;

export function createTaskRunner(parts: TaskEffectsDeps) {
  const { tasks, queue, engine, lifecycle, clock, limits, log, origin, remote, isAvailable: reachable } = parts;
  const { view } = lifecycle;
  const { dispatch, serves, say, step, follow, ask, askedOf, begin, answer, report, stop } = createTaskEffects(parts);

  const accepted = ({ resource_id, job_id: id, task_id: token }: Whose, provider_job_id: string | null) =>
    engine.deliver(resource_id, { kind: 'accepted', id, token, provider_job_id }, origin);

  /**
   * Straight to the resource: the record is kept, with the result, only while the facts do not answer. Told whether the step must
   * be run again.
   */
  async function succeeded({ task_id: token, resource_id, job_id: id }: Whose, output: Json): Promise<'outdated' | 'told'> {
    try {
      const outcome = await engine.deliver(resource_id, { kind: 'done', id, token, output }, origin);
      if (outcome === 'outdated') return 'outdated';
    } catch (error) {
      const passed_on = isLaterVersion(error);
      if (!passed_on)
        log.warn({ err: error, resource_id, task_id: token }, 'a result could not be told; it is kept with its task');
      await step(token, () => event({ type: 'SUCCEEDED', output }));
      if (passed_on) await queue.retryLater(token, clock.now(), limits.pass_on_ms);
      return 'told';
    }
    await tasks.remove(token).catch((error: unknown) => {
      log.warn({ err: error, resource_id, task_id: token }, 'a task that is done was not removed; nobody owes it any more');
    });
    return 'told';
  }

  /** With its provider, or at least not in vain: a worker that waits for a provider to come back has not begun. */
  const isAtWork = ({ kind, instance }: TaskRecord) => view(instance).provider_job_id !== null || reachable(kind);

  return {
    dispatch,
    /** The versions of the task machine whose tasks are taken here; false for a task of another. */
    versions: lifecycle.kernel.served.versions,
    serves,
    /** Tells the resource of a task that has ended, if that could not be done before. */
    async reportAgain(task: TaskRecord): Promise<void> {
      if (isEnd(task.status)) await report(task);
    },
    accepted,
    succeeded,
    view: ({ instance }: TaskRecord): TaskView => view(instance),
    /** What a provider calls back: a result is a worker's; a failure is of the run with that ticket and of no other. */
    async calledBack(whose: Whose, asked: Asked, ticket: string): Promise<void> {
      if (asked.status === 'done') await succeeded(whose, asked.output);
      if (asked.status !== 'failed') return;
      const { failure } = asked;
      await say(whose.task_id, (_, { attempt, losses, provider_job_id }) =>
        provider_job_id === ticket ? event({ type: 'FAILED', attempt, losses, failure, jitter: clock.random() }) : null,
      );
    },
    /**
     * The worker takes it: answers the run if it is now its own. A task that runs already is asked about instead; if it was rung
     * `again`, the worker that had it is known to be gone.
     */
    async claim({ again }: Notification, task: TaskRecord, provider_job_id: string | null = null): Promise<TaskView | null> {
      let was: TaskStatus | null = null;
      const { task_id } = task;
      const claimed = (_: TaskRecord, { status }: TaskView) => {
        was = status;
        return event({ type: 'CLAIMED', provider_job_id });
      };
      const next = await step(task_id, claimed, task);
      if (next && was === 'pending') return view(next.instance);
      if (next?.status === 'asking' && again && !remote?.isRemote(next.kind)) await answer(task_id, { status: 'unknown' });
      else if (next) await follow(next);
      return null;
    },
    /** Of one run only: another run's failure is not believed. */
    failed: (task_id: string, failure: ServiceFailure, { attempt, losses }: TaskView, away: UnavailableFor | null = null) =>
      say(task_id, () => event({ type: 'FAILED', attempt, losses, failure, jitter: clock.random(), ...(away ? { away } : {}) })),

    /** Timers of a task that are due. */
    async fire(due: TaskRecord): Promise<void> {
      const now = clock.serviceTime();
      for (const [id, { due_at, token }] of Object.entries(due.instance.timers))
        if (due_at <= now)
          await say(due.task_id, ({ instance }) => (instance.timers[id]?.token === token ? { kind: 'timer', id, token } : null));
    },
    /**
     * The backstop of a job: its task is gone: made again; ended: reported again; taken, but the resource does not know: said again.
     * `doubt`: the store may have lost something, so one that runs is asked about at once, and one that backs off is rung again.
     */
    async check({ instance_id, instance }: StoredInstance, doubt = false): Promise<void> {
      for (const [job_id, job] of Object.entries(instance.jobs)) {
        const record = await tasks.get(job.token);
        if (!record) {
          const owed = await engine.pendingJob(instance_id, job_id, job.token);
          if (owed) await dispatch([owed]);
        } else if (!serves(record)) continue;
        else if (isEnd(record.status)) await report(record);
        else if (record.status === 'pending') await ringUnlessKnown(queue, record);
        else if (record.status === 'asking') await ask(record);
        else if (record.status === 'running' && job.accepted === null && isAtWork(record)) {
          log.info({ resource_id: instance_id, task_id: job.token }, 'accepted, said again');
          await accepted(record, view(record.instance).provider_job_id);
        }
        if (doubt && record?.status === 'running') await say(job.token, ({ status }) => (status === 'running' ? TAKEN : null));
        if (doubt && record?.status === 'retrying') await follow(record);
      }
    },
    /** A deadline of work that a provider has. */
    late: createOvertime({ engine, begin, asked: askedOf, succeeded, log }),
    /** Ends the questions that are under way. */
    stop,
  };
}

/** Reading costs less than ringing, and most that wait are in line. */
async function ringUnlessKnown(queue: Pick<Queue, 'knows' | 'push'>, record: TaskRecord): Promise<void> {
  const { kind, task_id, ring } = record;
  if (!(await queue.knows(kind, task_id, ring))) await queue.push(kind, task_id, ring, record);
}

const event = (said: EventObject & Record<string, unknown>): Inbound => ({ kind: 'event', event: said });
/** By a worker; to one that runs already: it is asked about. */
const TAKEN = event({ type: 'CLAIMED', provider_job_id: null });
