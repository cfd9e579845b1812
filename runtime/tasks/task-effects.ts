/**
 * The effects of each new status of a task: pending → notify the queue; retrying → notify later; asking → query the provider; an end →
 * report to the resource. The sweep redoes what fails here.
 */
import type { Logger } from 'pino';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import { type LimitedConcurrency, limitConcurrency } from '../async/concurrency.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { Asked } from '../ports/providers.ts';
import type { Queue } from '../ports/queue.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { Origin } from '../resources/change.ts';
import type { Engine, PendingJob } from '../resources/engine.ts';
import type { RemoteRun, RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import { createTaskStore, type TaskLifecycle, type TaskView } from './task-store.ts';
import type { AttemptOf } from './task-work.ts';

export type TaskEffectsDeps = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'deliver' | 'pendingJob'>;
  lifecycle: TaskLifecycle;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
  /** null: all work is done in our own processes. */
  remote: RemoteWork | null;
  /** False while something that the step needs is known to be away. */
  isAvailable: (kind: StepKind) => boolean;
  /** True for a task that runs in this process, with or without a record. */
  runsHere: (task_id: string) => boolean;
};

export function createTaskEffects(parts: TaskEffectsDeps) {
  const { tasks, queue, engine, lifecycle, clock, limits, log, origin, remote } = parts;
  const { view } = lifecycle;
  const store = createTaskStore({ tasks, lifecycle, clock, limits, log });
  const { create, step } = store;
  const questions: LimitedConcurrency = limitConcurrency(limits.asks_at_once);
  const { hasStoredResult, statusOf } = createJobLookup(parts);

  /** Creates a task for each job that has none. */
  async function dispatch(pending: PendingJob[]): Promise<void> {
    for (const one of pending) {
      const record = await create(one, await hasStoredResult(one));
      if (record) await follow(record); // the record first: a notification that overtakes it is ignored
    }
  }

  const send = async (
    task_id: string,
    inbound: (now: TaskRecord, view: TaskView) => Inbound | null,
    ms: number | null = null,
  ): Promise<TaskRecord | null> => {
    let failure: ServiceFailure | null = null;
    const next = await step(task_id, (now, before) => {
      failure = before.failure;
      return inbound(now, before);
    });
    if (next) await follow(next, { ms, failure });
    return next;
  };

  /** Performs the effects of a status. `led`: the run that led to it. */
  async function follow(record: TaskRecord, led: LedTo = UNKNOWN): Promise<void> {
    const { kind, task_id, status, instance, ring, next_due_at } = record;
    if (status === 'retrying' && view(instance).in_outage) await release(parts, record);
    if (status === 'pending') await queue.push(kind, task_id, ring, record);
    if (status === 'retrying' && next_due_at !== null)
      await queue.retryLater(task_id, instance.seq, Math.max(0, next_due_at - clock.serviceTime()));
    if (status === 'asking') await ask(record);
    if (isEnd(status)) await report(record, led);
  }
  /** Queries the state of a run: our own queue knows that of local work; a provider is asked in the background. */
  async function ask(record: TaskRecord): Promise<void> {
    const { kind, task_id, ring } = record;
    if (remote?.isRemote(kind)) await questions.begin((signal) => askProvider(remote, record, signal));
    else await recordAnswer(task_id, { status: (await queue.knows(kind, task_id, ring)) ? 'working' : 'unknown' });
  }
  async function askProvider(provider: RemoteWork, record: TaskRecord, signal: AbortSignal): Promise<void> {
    const { task_id, resource_id } = record;
    try {
      await recordAnswer(task_id, await fetchStatus(provider, record, view(record.instance).provider_job_id, signal));
    } catch (error) {
      if (signal.aborted) return; // the process stops; the next one asks
      log.info(
        { event: 'task.status_query_failed', err: error, resource_id, task_id },
        'provider did not answer a status query; asking again when the lease expires',
      );
      await resolveQuestion(task_id, (ask) => ({ kind: 'error', ...ask, failure: AWAY })).catch((not_recorded: unknown) =>
        log.warn(
          { event: 'task.status_query_not_recorded', err: not_recorded, resource_id, task_id },
          'could not record a failed status query; its deadline will',
        ),
      );
    }
  }
  const recordAnswer = (task_id: string, output: Asked) => resolveQuestion(task_id, (ask) => ({ kind: 'done', ...ask, output }));
  const resolveQuestion = (task_id: string, inbound: (ask: { id: string; token: string }) => Inbound) =>
    send(task_id, ({ instance }) => {
      const token = instance.jobs.ask?.token;
      return token ? inbound({ id: 'ask', token }) : null;
    });
  /** Reports the end of a run to its resource, then removes the task. If the step must be run again, it gets a new task. */
  async function report({ task_id: token, resource_id, job_id: id, instance }: TaskRecord, led: LedTo = UNKNOWN): Promise<void> {
    const { failure, ...ended } = view(instance);
    const run = endedRun({ ...ended, failure: failure ?? led.failure }, led.ms);
    const outcome = await engine.deliver(resource_id, resultOf({ id, token, failure, ...ended }), origin, run);
    await tasks.remove(token);
    if (outcome !== 'outdated') return;
    const pending = await engine.pendingJob(resource_id, id, token);
    if (pending) await dispatch([pending]);
  }

  return {
    ...store,
    dispatch,
    send,
    follow,
    ask,
    statusOf,
    beginQuestion: questions.begin,
    recordAnswer,
    report,
    stop: questions.stop,
  };
}

/** An outage spends no deadline: the job waits again. Best effort: otherwise its deadline has it run again. */
async function release({ engine, origin, log }: TaskEffectsDeps, record: TaskRecord): Promise<void> {
  const { task_id, resource_id, job_id: id } = record;
  await engine.deliver(resource_id, { kind: 'released', id, token: task_id }, origin).catch((error: unknown) => {
    const fields = { event: 'task.release_failed', err: error, resource_id, task_id };
    log.warn(fields, 'could not record that a job waits again; its deadline goes on');
  });
}

/** What a provider knows of the work of a job, whether or not its task still exists. */
function createJobLookup({ lifecycle, remote }: Pick<TaskEffectsDeps, 'lifecycle' | 'remote'>) {
  const runOf = ({ resource, job_id, job }: PendingJob): RemoteRun => {
    return { ...resource, kind: lifecycle.kindOf(job_id), task_id: job.token, input: job.input };
  };
  return {
    async hasStoredResult(pending: PendingJob): Promise<boolean> {
      const run = runOf(pending);
      return remote?.isRemote(run.kind) === true && (await remote.storedResult(run)) !== null;
    },
    /** Returns null if the work is done in our own processes. */
    async statusOf(pending: PendingJob, provider_job_id: string, signal: AbortSignal): Promise<Asked | null> {
      const run = runOf(pending);
      return remote?.isRemote(run.kind) ? fetchStatus(remote, run, provider_job_id, signal) : null;
    },
  };
}

/** Returns a stored result first: that of a callback to an earlier run of the same work. */
async function fetchStatus(
  provider: RemoteWork,
  run: RemoteRun,
  provider_job_id: string | null,
  signal: AbortSignal,
): Promise<Asked> {
  const output = await provider.storedResult(run);
  if (output !== null) return { status: 'done', output };
  try {
    return await provider.ask({ ...run, provider_job_id }, signal);
  } catch (error) {
    if (!(error instanceof StepError) || error.failure.code === AWAY.code) throw error;
    return { status: 'failed', failure: error.failure }; // it answered with something unusable
  }
}

export const isEnd = (status: TaskStatus) => status === 'succeeded' || status === 'failed' || status === 'dead';
const AWAY: ServiceFailure = { code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: 'it could not be asked' };
const LOST: ServiceFailure = { code: 'WORKER_LOST', retryable: true, detail: 'nobody knows what became of the run' };
/** The run that led to a status. ms: how long it took; null: not known. failure: of the run before it; a task that ends well has none. */
type LedTo = { ms: number | null; failure: ServiceFailure | null };
const UNKNOWN: LedTo = { ms: null, failure: null };
/** What a run took, for the journal. */
export const endedRun = ({ attempt, losses, failure = null }: AttemptOf, ms: number | null): EndedRun => ({
  attempts: attempt,
  ...{ losses, ms, last_failure: failure },
});
type Ended = Pick<TaskView, 'status' | 'output' | 'failure' | 'attempt'> & { id: string; token: string };
const resultOf = ({ id, token, status, output, failure, attempt }: Ended): Exclude<Inbound, { kind: 'event' }> =>
  status === 'succeeded'
    ? { kind: 'done', id, token, output }
    : { kind: 'error', id, token, failure: failure ?? LOST, attempts: attempt };
