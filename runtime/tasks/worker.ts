/**
 * The worker takes a task, runs the handler of its step and records the outcome.
 * It holds no state that matters: when it dies, the task's lease, the job's deadline and the sweep run the work again.
 */
import type { Logger } from 'pino';
import { failureOf, type ServiceFailure, waits } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { DECODES, STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { Engine } from '../resources/engine.ts';
import { isLaterVersion } from '../resources/problems.ts';
import type { Passage } from './gate.ts';
import type { Gates } from './gates.ts';
import { createRedelivery } from './redeliver.ts';
import type { RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import { createRemoteSubmitter } from './submit-remote.ts';
import type { Suspects } from './suspects.ts';
import type { TaskRunner } from './task-runner.ts';
import type { TaskView } from './task-store.ts';

/** `signal` is aborted at the time limit of the run, or when the process stops. */
export type Run = { kind: StepKind; task_id: string; input: Json; signal: AbortSignal };
export type StepHandlers = {
  run(run: Run): Promise<Json>;
  cleanUp(run: Run, output: Json): Promise<void>;
  /** Returns false while something that the step needs is known to be unavailable: neither its work nor its deadline begins. */
  isAvailable(kind: StepKind): boolean;
  /** Rejects while something that the step needs is unavailable. Absent: only its work shows that. */
  probe?(kind: StepKind, signal: AbortSignal): Promise<void>;
  /** Absent: all steps run in this process. */
  remote?: RemoteWork;
};
type Parts = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'pendingJob'>;
  runs: TaskRunner;
  services: StepHandlers;
  gates: Gates;
  /** Absent: a task outlives its process, and counts by itself how often it was lost. */
  suspects?: Suspects | undefined;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
};

export function createWorker({ tasks, queue, engine, runs, services, gates, suspects, clock, limits, log }: Parts) {
  const stopping = new AbortController();
  const { remote } = services;
  const withRunLimit = createRunLimit({ clock, limits, stopping: stopping.signal });
  const redelivery = createRedelivery({ tasks, queue, runs, clock, limits, log });
  const submitter =
    remote &&
    createRemoteSubmitter({
      ...{ tasks, queue, engine, runs, remote, clock, limits, log, withRunLimit },
      recordFailure: (task, error, passage) => recordFailure(task, runs.view(task), error, passage),
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
    const claimed = await runs.claim(notification, task);
    if (!claimed) return;
    const refusal = passage.refusal();
    if (refusal) return recordFailure(task, claimed, refusal, null);
    const begin = () => run(task, claimed, passage);
    if (!suspects) return begin();
    await suspects.run(task, stopping.signal, { begin, refuse: (error) => recordFailure(task, claimed, error, null) });
  }
  /** Runs the task until its result or its failure is recorded. */
  async function run(task: TaskRecord, claimed: TaskView, passage: Passage): Promise<void> {
    let accepted: Promise<unknown> = Promise.resolve();
    const accept_timer = clock.after(limits.accept_after_ms, () => {
      if (services.isAvailable(task.kind) && gates.isOpen(task.kind)) accepted = runs.tryAccept(task, null);
    });
    const began = clock.elapsed();
    try {
      const output = await runUntilRecorded(task, passage);
      accept_timer.cancel();
      logRun(log, 'info', task, { attempt: claimed.attempt, ms: clock.elapsed() - began, outcome: 'succeeded' });
      await withRunLimit(task.kind, (signal) => services.cleanUp(runOf(task, signal), output)).catch(logCleanUp(log, task));
    } catch (error) {
      accept_timer.cancel();
      await accepted; // else it would be recorded after its release
      await recordFailure(task, claimed, error, passage, clock.elapsed() - began);
    }
  }
  /** Runs the step until its result is recorded: more than once only while its inputs keep changing. */
  async function runUntilRecorded(task: TaskRecord, passage: Passage): Promise<Json> {
    for (let round = 0; round < limits.outdated_rounds; round++) {
      const output = await withRunLimit(task.kind, (signal) => services.run(runOf(task, signal)));
      passage.recordRun(null);
      if ((await runs.succeeded(task, output)) === 'recorded') return output;
    }
    throw new Error(`what the step is done for changed ${limits.outdated_rounds} times in a row`);
  }
  /** passage: null: it was given up without a run. ms: how long it ran; 0: it did not. */
  async function recordFailure(
    task: TaskRecord,
    claimed: TaskView,
    error: unknown,
    passage: Passage | null,
    ms = 0,
  ): Promise<void> {
    if (stopping.signal.aborted) return; // handed back: the task is created again from its job
    const failure = failureFrom(error);
    passage?.recordRun(failure);
    logRun(log, levelOf(failure, error), task, { err: error, attempt: claimed.attempt, ms, outcome: failure.code });
    await runs.failed(task.task_id, failure, claimed, gates.outageOf(task.kind));
  }

  return {
    start(kinds: readonly StepKind[] = STEP_KINDS): void {
      for (const kind of kinds) queue.consume(kind, limits.concurrency[kind], (notification) => handle(kind, notification));
      gates.start(kinds);
      queue.consumeRetries(redelivery.retry);
    },
    /** Takes no more work; runs under way may end within the grace period, then they are handed back. */
    async stop(): Promise<void> {
      gates.stop();
      submitter?.stop();
      await queue.stop(limits.stop_grace_ms).finally(() => stopping.abort(new Error('the process stops')));
    },
  };
}

const runOf = ({ kind, task_id, input }: TaskRecord, signal: AbortSignal): Run => ({ kind, task_id, input, signal });

type RunLimit = <T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
/** A handler that does not return in time is abandoned: its run is over, whatever it does. */
function createRunLimit({ clock, limits, stopping }: Pick<Parts, 'clock' | 'limits'> & { stopping: AbortSignal }): RunLimit {
  return (kind, work) => {
    const limit_ms = limits.run_time_limit_ms[kind];
    return withTimeout({ clock, limit_ms, onTimeout: runTimeout(kind), signals: [stopping] }, work);
  };
}

const logCleanUp =
  (log: Logger, { resource_id, task_id, kind }: TaskRecord) =>
  (error: unknown) =>
    log.warn({ event: 'task.cleanup_failed', err: error, resource_id, task_id, kind }, 'could not clean up after a run');

const levelOf = ({ code }: ServiceFailure, error: unknown) =>
  waits(code) ? 'debug' : error instanceof StepError ? 'info' : 'error'; // the gate logs an outage

/** `outcome`: `succeeded`, or the code of the failure. */
type RunEnd = { attempt: number; ms: number; outcome: string; err?: unknown };
function logRun(log: Logger, level: 'debug' | 'info' | 'error', task: TaskRecord, { ms, ...end }: RunEnd): void {
  const { task_id, resource_id, org_id, kind } = task;
  const has_succeeded = end.outcome === 'succeeded';
  const event = has_succeeded ? 'task.run_succeeded' : 'task.run_failed';
  const fields = { event, resource_id, org_id, task_id, kind, ...end, ms: Math.round(ms) };
  log[level](fields, has_succeeded ? 'run succeeded' : 'run failed');
}

/** Decoding a picture may take too long; the other steps only wait for stores and providers, so a timeout means unavailable. */
const runTimeout = (kind: StepKind) => (limit_ms: number) =>
  new StepError(failureOf(DECODES.has(kind) ? 'DEADLINE_EXCEEDED' : 'PROVIDER_UNAVAILABLE', `no result within ${limit_ms} ms`));

function failureFrom(error: unknown): ServiceFailure {
  if (error instanceof StepError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failureOf('UNEXPECTED', detail.slice(0, 500));
}
