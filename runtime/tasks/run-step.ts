/** One run of a step, until its result or its failure is recorded: of a task from the queue, or of work that begins where it is. */
import type { Logger } from 'pino';
import { failureOf, type ServiceFailure, waits } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { DECODES, type StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { Activity } from '../health/step-activity.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Passage } from './gate.ts';
import type { Gates } from './gates.ts';
import type { RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import { endedRun } from './task-effects.ts';
import type { TaskRunner } from './task-runner.ts';
import type { AttemptOf, RunRecord, TaskWork } from './task-work.ts';

/** `signal` is aborted at the time limit of the run, or when the process stops. */
export type Run = { kind: StepKind; task_id: string; input: Json; signal: AbortSignal };
export type StepHandlers = {
  run(run: Run): Promise<Json>;
  /** The result of a step that has nothing to do here, as `run` would return it; null: it must be run. Absent: all are. */
  withoutRun?(kind: StepKind): Json | null;
  cleanUp(run: Run, output: Json): Promise<void>;
  /** Returns false while something that the step needs is known to be unavailable: neither its work nor its deadline begins. */
  isAvailable(kind: StepKind): boolean;
  /** Rejects while something that the step needs is unavailable. Absent: only its work shows that. */
  probe?(kind: StepKind, signal: AbortSignal): Promise<void>;
  /** Absent: all steps run in this process. */
  remote?: RemoteWork;
};

type Deps = {
  runs: Pick<TaskRunner, 'tryAccept' | 'succeeded' | 'failed'>;
  services: StepHandlers;
  gates: Gates;
  activity: Pick<Activity, 'began' | 'failed'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
};
type Recording = {
  attempt: AttemptOf;
  passage: Passage;
  record: RunRecord;
  began: number;
  accepting: { during<Value>(work: Promise<Value>): Promise<Value> };
};
export type StepRuns = ReturnType<typeof createStepRuns>;

export function createStepRuns({ runs, services, gates, activity, clock, limits, log, stopping }: Deps) {
  /** A handler that does not return in time is abandoned: its run is over, whatever it does. */
  function withRunLimit<T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit_ms = limits.run_time_limit_ms[kind];
    return withTimeout({ clock, limit_ms, onTimeout: runTimeout(kind), signals: [stopping] }, work);
  }
  async function accept(task: TaskWork, record: RunRecord): Promise<void> {
    if (!services.isAvailable(task.kind) || !gates.isOpen(task.kind)) return;
    try {
      await record.show();
    } catch (err) {
      const { resource_id, task_id, kind } = task;
      log.warn({ event: 'task.record_failed', err, resource_id, task_id, kind }, 'could not record a task that runs here');
      return; // what is accepted has a record
    }
    await runs.tryAccept(task, null);
  }
  /** `during`: a step that takes long is accepted. Not one that is over: its result is on the way, and says more. */
  function acceptance(task: TaskWork, record: RunRecord) {
    let accepted: Promise<unknown> = Promise.resolve();
    return {
      async during<Value>(work: Promise<Value>): Promise<Value> {
        const timer = clock.after(limits.accept_after_ms, () => {
          accepted = Promise.all([accepted, accept(task, record)]); // of a round before, too
        });
        return work.finally(() => timer.cancel());
      },
      /** Resolves when no acceptance is under way. */
      over: () => accepted,
    };
  }
  /** Runs the task until its result or its failure is recorded. */
  async function run(task: TaskWork, attempt: AttemptOf, passage: Passage, record: RunRecord): Promise<void> {
    const accepting = acceptance(task, record);
    const began = clock.elapsed();
    const ended = activity.began(task);
    let outcome = 'succeeded';
    try {
      const output = await runUntilRecorded(task, { attempt, passage, record, began, accepting });
      logRun(log, 'info', task, { attempt: attempt.attempt, ms: clock.elapsed() - began, outcome: 'succeeded' });
      await withRunLimit(task.kind, (signal) => services.cleanUp(runOf(task, signal), output)).catch(logCleanUp(log, task));
    } catch (error) {
      outcome = failureFrom(error).code;
      await accepting.over(); // else it would be recorded after its release
      await recordFailure(task, attempt, error, { passage, record, ms: clock.elapsed() - began });
    } finally {
      ended({ outcome, attempt: attempt.attempt, ms: clock.elapsed() - began });
    }
  }
  /** Runs the step until its result is recorded: more than once only while its inputs keep changing. */
  async function runUntilRecorded(task: TaskWork, { attempt, passage, record, began, accepting }: Recording): Promise<Json> {
    for (let round = 0; round < limits.outdated_rounds; round++) {
      const output = await accepting.during(withRunLimit(task.kind, (signal) => services.run(runOf(task, signal))));
      passage.recordRun(null);
      const took = endedRun(attempt, Math.round(clock.elapsed() - began));
      if ((await runs.succeeded(task, output, record, took)) === 'recorded') return output;
    }
    throw new Error(`what the step is done for changed ${limits.outdated_rounds} times in a row`);
  }
  /** passage: null: it was given up without a run. ms: how long it ran; 0: it did not. */
  async function recordFailure(
    task: TaskWork,
    attempt: AttemptOf,
    error: unknown,
    { passage, record, ms = 0 }: { passage: Passage | null; record: RunRecord; ms?: number },
  ): Promise<void> {
    if (stopping.aborted) return; // handed back: the task is created again from its job
    const failure = failureFrom(error);
    passage?.recordRun(failure);
    activity.failed(task, failure.code);
    logRun(log, levelOf(failure, error), task, { err: error, attempt: attempt.attempt, ms, outcome: failure.code });
    await record.ensure();
    await runs.failed(task.task_id, failure, { ...attempt, ms: passage && Math.round(ms) }, gates.outageOf(task.kind));
  }
  return { run, recordFailure, withRunLimit };
}

const runOf = ({ kind, task_id, input }: TaskWork, signal: AbortSignal): Run => ({ kind, task_id, input, signal });

const logCleanUp =
  (log: Logger, { resource_id, task_id, kind }: TaskWork) =>
  (error: unknown) =>
    log.warn({ event: 'task.cleanup_failed', err: error, resource_id, task_id, kind }, 'could not clean up after a run');

const levelOf = ({ code }: ServiceFailure, error: unknown) =>
  waits(code) ? 'debug' : error instanceof StepError ? 'info' : 'error'; // the gate logs an outage

/** `outcome`: `succeeded`, or the code of the failure. */
type RunEnd = { attempt: number; ms: number; outcome: string; err?: unknown };
function logRun(log: Logger, level: 'debug' | 'info' | 'error', task: TaskWork, { ms, ...end }: RunEnd): void {
  if (!log.isLevelEnabled(level)) return;
  const { task_id, resource_id, org_id, kind } = task;
  const has_succeeded = end.outcome === 'succeeded';
  const event = has_succeeded ? 'task.run_succeeded' : 'task.run_failed';
  const fields = { event, resource_id, org_id, task_id, kind, ...end, ms: Math.round(ms) };
  log[level](fields, has_succeeded ? 'run succeeded' : 'run failed');
}

/** Decoding a picture may take too long; the other steps only wait for stores and providers, so a timeout means unavailable. */
const runTimeout = (kind: StepKind) => (limit_ms: number) =>
  new StepError(failureOf(DECODES.has(kind) ? 'DEADLINE_EXCEEDED' : 'PROVIDER_UNAVAILABLE', `no result within ${limit_ms} ms`));

export function failureFrom(error: unknown): ServiceFailure {
  if (error instanceof StepError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failureOf('UNEXPECTED', detail.slice(0, 500));
}
