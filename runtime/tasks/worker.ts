/**
 * The worker takes a task, runs the handler of its step and records the outcome.
 * It holds no state that matters: when it dies, the task's lease, the job's deadline and the sweep run the work again.
 */
import type { Logger } from 'pino';
import { DECODES, STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import type { Activity } from '../health/step-activity.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { Engine, PendingJob } from '../resources/engine.ts';
import { isLaterVersion } from '../resources/problems.ts';
import type { Passage } from './gate.ts';
import type { Gates } from './gates.ts';
import { createLocalRuns } from './local-runs.ts';
import { createRedelivery } from './redeliver.ts';
import { createStepRuns, failureFrom, type StepHandlers } from './run-step.ts';
import { createRemoteSubmitter } from './submit-remote.ts';
import type { Suspects } from './suspects.ts';
import type { TaskRunner } from './task-runner.ts';
import type { AttemptOf, RunRecord } from './task-work.ts';

type Parts = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'pendingJob'>;
  runs: TaskRunner;
  services: StepHandlers;
  gates: Gates;
  activity: Pick<Activity, 'began' | 'failed'>;
  /** Absent: a task outlives its process, and counts by itself how often it was lost. */
  suspects?: Suspects | undefined;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
};

export function createWorker({ tasks, queue, engine, runs, services, gates, activity, suspects, clock, limits, log }: Parts) {
  const stopping = new AbortController();
  const { remote } = services;
  const step_runs = createStepRuns({ runs, services, gates, activity, clock, limits, log, stopping: stopping.signal });
  const local = createLocalRuns({
    ...{ queue, engine, runs, step_runs, gates, suspects, clock, limits, log, stopping: stopping.signal },
    ...{ isAvailable: services.isAvailable, withoutRun: services.withoutRun, remote: remote ?? null },
  });
  const redelivery = createRedelivery({ tasks, queue, runs, clock, limits, log });
  const submitter =
    remote &&
    createRemoteSubmitter({
      ...{ tasks, queue, engine, runs, remote, clock, limits, log, withRunLimit: step_runs.withRunLimit },
      recordFailure: (task, error, passage) =>
        step_runs.recordFailure(task, runs.view(task), error, { passage, record: RECORDED }),
    });

  async function handle(kind: StepKind, notification: Notification): Promise<void> {
    const passage = gates.enter(kind);
    try {
      await work(notification, passage);
    } catch (error) {
      if (!isLaterVersion(error)) passage.recordRun(failureFrom(error)); // one of our own stores may be unavailable too
      await redelivery.afterFailure(notification, error); // a queue's handler never throws
    } finally {
      passage.leave();
    }
  }
  async function work(notification: Notification, passage: Passage): Promise<void> {
    const { task_id } = notification;
    const task = await tasks.get(task_id);
    if (!task) return; // the task has ended
    if (!runs.serves(task)) return redelivery.passOn(task_id);
    if (!(await engine.pendingJob(task.resource_id, task.job_id, task_id))) return tasks.remove(task_id); // its job was cancelled
    if (submitter && remote.isRemote(task.kind)) return submitter.submit(task, notification, passage);
    const begun = await claim(notification, task);
    if (!begun) return;
    const { attempt, record } = begun;
    const refusal = passage.refusal();
    if (refusal) return step_runs.recordFailure(task, attempt, refusal, { passage: null, record });
    const begin = () => step_runs.run(task, attempt, passage, record);
    if (!suspects) return begin();
    const refuse = (error: unknown) => step_runs.recordFailure(task, attempt, error, { passage: null, record });
    await suspects.run(task, stopping.signal, { begin, refuse });
  }
  /**
   * A step that opens no picture can't be why a worker dies, so what is short is never claimed: while it runs the queue has its lease.
   * null: it is not this worker's.
   */
  async function claim(notification: Notification, task: TaskRecord): Promise<{ attempt: AttemptOf; record: RunRecord } | null> {
    if (DECODES.has(task.kind) || task.status !== 'pending') {
      const attempt = await runs.claim(notification, task);
      return attempt && { attempt, record: RECORDED };
    }
    return { attempt: runs.view(task), record: { ...RECORDED, show: () => runs.claimHere(task.task_id) } };
  }

  return {
    /** Receives the jobs of each commit: what can begin here begins here, of the others tasks are made. */
    async dispatch(pending: PendingJob[]): Promise<void> {
      const left = pending.filter((one) => !local.begin(one));
      if (left.length > 0) await runs.dispatch(left);
    },
    local,
    start(kinds: readonly StepKind[] = STEP_KINDS): void {
      for (const kind of kinds) queue.consume(kind, limits.concurrency[kind], (notification) => handle(kind, notification));
      gates.start(kinds);
      local.start(kinds);
      queue.consumeRetries(redelivery.retry);
    },
    /** Takes no more work; runs under way may end within the grace period, then they are handed back. */
    async stop(): Promise<void> {
      gates.stop();
      submitter?.stop();
      const stops = Promise.all([queue.stop(limits.stop_grace_ms), local.stop(limits.stop_grace_ms)]);
      await stops.finally(() => stopping.abort(new Error('the process stops')));
    },
  };
}

/** The task was taken from the queue. */
const RECORDED: RunRecord = { exists: () => true, ensure: async () => {}, show: async () => {} };
