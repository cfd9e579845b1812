/** Commands of workers and the sweep to tasks. The task's machine accepts or refuses each. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { TaskStatus } from '../../contract/task.ts';
import { dueTimers } from '../instances/timers.ts';
import type { StoredInstance } from '../ports/instances.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { Asked } from '../ports/providers.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { ResourceRow } from '../ports/resources.ts';
import type { TaskRecord } from '../ports/tasks.ts';
import { isLaterVersion } from '../resources/problems.ts';
import type { PendingJob } from '../resources/resource-host.ts';
import type { UnavailableFor } from './gate.ts';
import { createOvertime } from './overtime.ts';
import { createTaskEffects, endedRun, isEnd, type TaskEffectsDeps } from './task-effects.ts';
import { CLAIMED, type TaskView, taskEvent } from './task-store.ts';
import type { AttemptOf, RunRecord } from './task-work.ts';

export type TaskRunner = ReturnType<typeof createTaskRunner>;

type TaskRef = Pick<TaskRecord, 'task_id' | 'resource_id' | 'job_id'>;

export function createTaskRunner(parts: TaskEffectsDeps) {
  const { tasks, engine, lifecycle, clock, log, origin, remote } = parts;
  const { view } = lifecycle;
  const effects = createTaskEffects(parts);
  const { dispatch, serves, send, step, follow, statusOf, beginQuestion, recordAnswer, report, stop } = effects;

  const accepted = ({ resource_id, job_id: id, task_id: token }: TaskRef, provider_job_id: string | null) =>
    engine.deliver(resource_id, { kind: 'accepted', id, token, provider_job_id }, origin);

  /** Best effort: the sweep sends an acceptance again that was not recorded. */
  async function tryAccept(task: TaskRef, provider_job_id: string | null): Promise<void> {
    const { resource_id, task_id } = task;
    await accepted(task, provider_job_id).catch((error: unknown) => {
      const event = 'task.accept_not_recorded';
      log.warn({ event, err: error, resource_id, task_id }, 'could not record that a run has begun; the sweep will');
    });
  }

  const succeeded = createResultRecorder(parts, effects);
  /** Shows a task that runs here as running. */
  const claimHere = async (task_id: string): Promise<void> =>
    void (await step(task_id, (_, { status }) => (status === 'pending' ? CLAIMED : null)));

  return {
    dispatch,
    workOf: effects.workOf,
    recordFor: effects.recordFor,
    /** Makes the record of a task that runs here already, as running. Returns its `ring`. */
    async createRunning(pending: PendingJob): Promise<number> {
      const record = effects.recordFor(pending);
      if (!(await tasks.create(record))) await claimHere(record.task_id);
      return record.ring;
    },
    claimHere,
    /** Versions of the task machine that this process serves. `serves` returns false for a task of another. */
    versions: lifecycle.kernel.served.versions,
    serves,
    /** Reports a task that has ended to its resource, if that failed before. */
    async reportAgain(task: TaskRecord): Promise<void> {
      if (isEnd(task.status)) await report(task);
    },
    accepted,
    tryAccept,
    succeeded,
    view: ({ instance }: TaskRecord): TaskView => view(instance),
    /** Handles a provider's callback. A result holds for every run; a failure only for the run with that ticket. */
    async onCallback(task: TaskRef, asked: Asked, ticket: string): Promise<void> {
      if (asked.status === 'done') await succeeded(task, asked.output);
      if (asked.status !== 'failed') return;
      const { failure } = asked;
      await send(task.task_id, (_, { attempt, losses, provider_job_id }) =>
        provider_job_id === ticket ? taskEvent({ type: 'FAILED', attempt, losses, failure, jitter: clock.random() }) : null,
      );
    },
    /**
     * Claims the task for a worker: returns the run, or null if it is not the worker's. A task that runs already is asked about instead;
     * if it was delivered `again`, the worker that had it is known to be gone.
     */
    async claim({ again }: Notification, task: TaskRecord, provider_job_id: string | null = null): Promise<TaskView | null> {
      let previous_status: TaskStatus | null = null;
      const { task_id } = task;
      const claimEvent = (_: TaskRecord, { status }: TaskView) => {
        previous_status = status;
        return taskEvent({ type: 'CLAIMED', provider_job_id });
      };
      const next = await step(task_id, claimEvent, task);
      if (next && previous_status === 'pending') return view(next.instance);
      if (next?.status === 'asking' && again && !remote?.isRemote(next.kind)) await recordAnswer(task_id, { status: 'unknown' });
      else if (next) await follow(next);
      return null;
    },
    /** Records the failure of one run: another run's is ignored. */
    failed: (
      task_id: string,
      failure: ServiceFailure,
      { attempt, losses, ms }: AttemptOf & { ms: number | null },
      away: UnavailableFor | null = null,
    ) => {
      const failed = { type: 'FAILED', attempt, losses, failure, jitter: clock.random(), ...(away ? { away } : {}) };
      return send(task_id, () => taskEvent(failed), ms);
    },

    /** Fires the timers of a task that are due. */
    async fire(due: TaskRecord): Promise<void> {
      for (const timer of dueTimers(due.instance, clock.serviceTime())) await send(due.task_id, () => timer);
    },
    check: createTaskCheck(parts, effects, accepted),
    /** Handles a deadline of work that a provider has. */
    late: createOvertime({ engine, beginQuestion, statusOf, succeeded, log }),
    /** Cancels status queries that are under way. */
    stop,
  };
}

/**
 * Records the result with the resource. `took`: what its run took; absent: as its task knows it. The task is kept, with the result, only while the facts are unavailable. Returns whether the
 * step must be run again.
 */
function createResultRecorder(
  { tasks, queue, engine, lifecycle, clock, limits, log, origin }: TaskEffectsDeps,
  { step }: Pick<ReturnType<typeof createTaskEffects>, 'step'>,
) {
  const knownOf = async (task_id: string): Promise<EndedRun | null> => {
    const task = await tasks.get(task_id).catch(() => null); // the result matters, its story does not
    return task && endedRun(lifecycle.view(task.instance), null);
  };
  return async (
    { task_id: token, resource_id, job_id: id }: TaskRef,
    output: Json,
    record: Pick<RunRecord, 'exists' | 'ensure'> | null = null,
    took: EndedRun | null = null,
  ): Promise<'outdated' | 'recorded'> => {
    const run = took ?? (await knownOf(token));
    try {
      const outcome = await engine.deliver(resource_id, { kind: 'done', id, token, output }, origin, run);
      if (outcome === 'outdated') return 'outdated';
    } catch (error) {
      const is_passed_on = isLaterVersion(error);
      if (!is_passed_on)
        log.warn(
          { event: 'task.result_kept', err: error, resource_id, task_id: token },
          'could not record a result; it is kept with its task, and the sweep will',
        );
      await record?.ensure();
      await step(token, () => taskEvent({ type: 'SUCCEEDED', output }));
      if (is_passed_on) await queue.retryLater(token, clock.now(), limits.pass_on_ms);
      return 'recorded';
    }
    if (record?.exists() === false) return 'recorded';
    await tasks.remove(token).catch((error: unknown) => {
      log.warn(
        { event: 'task.remove_failed', err: error, resource_id, task_id: token },
        'could not remove a task whose result is recorded; the sweep will',
      );
    });
    return 'recorded';
  };
}

/**
 * The backstop of a job. A task that is gone is created again; an end is reported again; an acceptance that the resource does not know is
 * sent again. `doubt`: the store may have lost data, so a running task is asked about at once, and one that backs off is redelivered.
 * `row`: of the instance, as it was read with it; a job that has ended since gets a task that the next worker removes.
 */
function createTaskCheck(
  { tasks, queue, engine, lifecycle, log, isAvailable, runsHere }: TaskEffectsDeps,
  { dispatch, serves, send, follow, ask, report }: ReturnType<typeof createTaskEffects>,
  accepted: (task: TaskRef, provider_job_id: string | null) => Promise<unknown>,
) {
  const ticketOf = ({ instance }: TaskRecord) => lifecycle.view(instance).provider_job_id;
  /** A worker that waits for a provider to become available has not begun. */
  const isAtWork = (record: TaskRecord) => ticketOf(record) !== null || isAvailable(record.kind);

  return async ({ instance_id, instance }: StoredInstance, doubt = false, row?: ResourceRow): Promise<void> => {
    for (const [job_id, job] of Object.entries(instance.jobs)) {
      if (runsHere(job.token)) continue;
      const record = await tasks.get(job.token);
      if (!record) {
        const known = row?.seq === instance.seq ? { resource: row, job_id, job } : null;
        const pending = known ?? (await engine.pendingJob(instance_id, job_id, job.token));
        if (pending) await dispatch([pending]);
      } else if (!serves(record)) continue;
      else if (isEnd(record.status)) await report(record);
      else if (record.status === 'pending') await notifyUnlessKnown(queue, record);
      else if (record.status === 'asking') await ask(record);
      else if (record.status === 'running' && job.accepted === null && isAtWork(record)) {
        const fields = { event: 'task.accept_sent_again', resource_id: instance_id, task_id: job.token };
        log.info(fields, 'the start of a run was not recorded; sending it again');
        await accepted(record, ticketOf(record));
      }
      if (doubt && record?.status === 'running') await send(job.token, ({ status }) => (status === 'running' ? CLAIMED : null));
      if (doubt && record?.status === 'retrying') await follow(record);
    }
  };
}

/** Reading costs less than a notification, and most tasks that wait are in the queue. */
async function notifyUnlessKnown(queue: Pick<Queue, 'knows' | 'push'>, record: TaskRecord): Promise<void> {
  const { kind, task_id, ring } = record;
  if (!(await queue.knows(kind, task_id, ring))) await queue.push(kind, task_id, ring, record);
}
