/**
 * Work that begins in the process whose commit has created it, if that runs its step and has a free place: without a record, until other
 * processes must see it. A record is made when
 * - the run takes longer than the time after which it is accepted, or has failed;
 * - its result can't be recorded, or the process stops while it runs;
 * - its step opens a picture, and nothing else would keep that a worker died of it: then before it begins.
 *
 * A process that dies with a run that has no record: the pass over all jobs (runtime/recovery/rebuild-tasks.ts) makes its task.
 */
import type { Logger } from 'pino';
import type { Json } from '../../contract/json.ts';
import { DECODES, type StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Place, Queue } from '../ports/queue.ts';
import type { TaskRecord } from '../ports/tasks.ts';
import type { Engine, PendingJob } from '../resources/engine.ts';
import { isLaterVersion } from '../resources/problems.ts';
import type { Gates } from './gates.ts';
import type { RemoteWork } from './remote-work.ts';
import { failureFrom, type StepHandlers, type StepRuns } from './run-step.ts';
import type { Suspects } from './suspects.ts';
import type { TaskRunner } from './task-runner.ts';
import type { RunRecord, TaskWork } from './task-work.ts';

type Deps = {
  queue: Pick<Queue, 'take' | 'retryLater'>;
  engine: Pick<Engine, 'pendingJob'>;
  runs: TaskRunner;
  step_runs: StepRuns;
  gates: Gates;
  isAvailable: (kind: StepKind) => boolean;
  /** Absent: all steps are run. */
  withoutRun: StepHandlers['withoutRun'] | undefined;
  remote: RemoteWork | null;
  /** Absent: a task outlives its process, and counts by itself how often it was lost. */
  suspects: Suspects | undefined;
  clock: Clock;
  limits: Pick<RuntimeLimits, 'redeliver_ms'>;
  log: Logger;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
};
type LocalRun = { work: TaskWork; pending: PendingJob; record: RunRecord; ended: Promise<void> };
export type LocalRuns = ReturnType<typeof createLocalRuns>;

const FIRST = { attempt: 1, losses: 0 };

export function createLocalRuns(deps: Deps) {
  const { queue, engine, runs, step_runs, gates, isAvailable, withoutRun, remote, suspects, clock, limits, log, stopping } = deps;
  const under_way = new Map<string, LocalRun>();
  let kinds: ReadonlySet<StepKind> = new Set();

  const mayBegin = (kind: StepKind, { job }: PendingJob) =>
    kinds.has(kind) &&
    job.accepted === null &&
    !under_way.has(job.token) &&
    remote?.isRemote(kind) !== true &&
    gates.mayBegin(kind) &&
    isAvailable(kind);

  /** Returns false if the job must have a task. */
  function begin(pending: PendingJob): boolean {
    const work = runs.workOf(pending);
    if (!mayBegin(work.kind, pending)) return false;
    const place = queue.take(work.kind, work);
    if (!place) return false;
    const record = recordOf(deps, pending, work, place);
    const ended = runHere(pending, work, record).finally(() => {
      under_way.delete(work.task_id);
      place.leave();
    });
    under_way.set(work.task_id, { work, pending, record, ended });
    return true;
  }
  /** Never rejects: what can't be recorded is done again by the sweep. */
  async function runHere(pending: PendingJob, work: TaskWork, record: RunRecord): Promise<void> {
    const passage = gates.enter(work.kind);
    const run = () => step_runs.run(work, FIRST, passage, record);
    try {
      if (suspects) {
        const refuse = (error: unknown) => step_runs.recordFailure(work, FIRST, error, { passage: null, record });
        await suspects.run(work, stopping, { begin: run, refuse });
      } else {
        if (DECODES.has(work.kind)) await record.ensure();
        await run();
      }
    } catch (error) {
      if (isLaterVersion(error)) return; // a process of that version makes its task
      passage.recordRun(failureFrom(error)); // one of our own stores may be unavailable
      const { resource_id, task_id, kind } = work;
      const fields = { event: 'task.run_not_recorded', err: error, resource_id, task_id, kind, retry_ms: limits.redeliver_ms };
      log.error(fields, 'could not record the outcome of a run; its task is made, or delivered again');
      clock.after(limits.redeliver_ms, () => void deliverAgain(pending, record));
    } finally {
      passage.leave();
    }
  }
  /** Best effort, sooner than the sweep. */
  async function deliverAgain(pending: PendingJob, record: RunRecord): Promise<void> {
    const { resource, job_id, job } = pending;
    try {
      if (record.exists()) await queue.retryLater(job.token, clock.now(), 0);
      else if (await engine.pendingJob(resource.resource_id, job_id, job.token)) await runs.dispatch([pending]);
    } catch (err) {
      log.warn({ event: 'task.redelivery_failed', err, task_id: job.token }, 'redelivery of a task failed; the sweep will retry');
    }
  }
  /** Others go on with what this process has not ended. */
  async function handBack({ work, pending, record }: LocalRun): Promise<void> {
    if (record.exists()) return; // its lease expires
    await runs.dispatch([pending]).catch((err: unknown) => {
      const { resource_id, task_id } = work;
      log.warn(
        { event: 'task.hand_back_failed', err, resource_id, task_id },
        'could not hand back a run; the sweep makes its task',
      );
    });
  }
  return {
    begin,
    /** The result of a job whose step runs here, may begin now, and has nothing to do; null: it must be run. */
    resultWithoutRun(kind: StepKind): Json | null {
      const result = kinds.has(kind) ? (withoutRun?.(kind) ?? null) : null;
      return result !== null && gates.mayBegin(kind) && isAvailable(kind) ? result : null;
    },
    /** The steps that may begin here from now on. */
    start(own: readonly StepKind[]): void {
      kinds = new Set(own);
    },
    has: (task_id: string): boolean => under_way.has(task_id),
    /** The task as its record would be; null: it does not run here, or has a record. */
    recordOf(task_id: string): TaskRecord | null {
      const local = under_way.get(task_id);
      return local && !local.record.exists() ? runs.recordFor(local.pending) : null;
    },
    /** Begins nothing more; what has not ended after `grace_ms` is handed back. */
    async stop(grace_ms: number): Promise<void> {
      kinds = new Set();
      const ended = () => Promise.all([...under_way.values()].map((local) => local.ended));
      await withTimeout({ clock, limit_ms: grace_ms }, ended).catch(() => undefined); // the grace is over
      await Promise.all([...under_way.values()].map(handBack));
    },
  };
}

/** The record of a run that begins without one: made once, whoever needs it, and tried again the next time where that fails. */
function recordOf({ runs }: Pick<Deps, 'runs'>, pending: PendingJob, work: TaskWork, place: Place): RunRecord {
  let made: Promise<number> | null = null;
  const make = (): Promise<number> => {
    made ??= runs.createRunning(pending).catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
  return {
    exists: () => made !== null,
    ensure: async () => void (await make()),
    show: async () => place.hold(work.task_id, await make()),
  };
}
