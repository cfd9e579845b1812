/**
 * The worker: takes a task, runs the service of its step, says what came of it.
 * It holds nothing that matters: when it dies, the task's lease, the job's deadline and the sweep bring the work back.
 */
import type { Logger } from 'pino';
import type { ServiceFailure } from '../contract/failures.ts';
import type { Json } from '../contract/json.ts';
import { STEP_KINDS, type StepKind } from '../contract/steps.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import { createGive } from './give.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Queue, Ring, TaskRecord, Tasks } from './ports.ts';
import type { RemoteWork } from './remote.ts';
import type { Runs } from './runs.ts';
import { ServiceError } from './service.ts';
import type { TaskView } from './task-steps.ts';
import { within } from './within.ts';

/** `signal` is aborted when the time of the run is over or the process stops. */
export type Run = { kind: StepKind; task_id: string; input: Json; signal: AbortSignal };
export type StepServices = {
  run(run: Run): Promise<Json>;
  tidy(run: Run, output: Json): Promise<void>;
  /** False while something that the step needs is known to be away: its work does not begin yet, and neither does its deadline. */
  reachable(kind: StepKind): boolean;
  /** Absent: the work of all steps is done here. */
  remote?: RemoteWork;
};
type Parts = {
  tasks: Tasks;
  queue: Queue;
  engine: Pick<Engine, 'owes'>;
  runs: Runs;
  services: StepServices;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
};

export function createWorker({ tasks, queue, engine, runs, services, clock, limits, log }: Parts) {
  const stopping = new AbortController();
  const { remote } = services;
  const give =
    remote &&
    createGive({
      ...{ runs, remote, log },
      limited: (kind, work) => limited(kind, work),
      failed: (task, error) => failed(task, runs.view(task), error),
    });

  async function handle(ring: Ring): Promise<void> {
    try {
      await work(ring);
    } catch (error) {
      log.error({ err: error, ...ring }, 'a run could not be told; it is rung again'); // a queue's handler never throws
      await queue
        .retryLater(ring.task_id, clock.wall(), limits.ring_again_ms)
        .catch((away: unknown) => log.warn({ err: away, ...ring }, 'it could not be rung again; the sweep goes on with it'));
    }
  }
  async function retry(task_id: string): Promise<void> {
    try {
      const task = await tasks.get(task_id);
      if (task?.status === 'retrying') await runs.fire(task);
      if (task?.status === 'pending') await queue.push(task.kind, task_id, task.ring); // its ring was answered, and nothing came of it
    } catch (error) {
      log.warn({ err: error, task_id }, 'a retry could not be rung; the sweep goes on with it');
    }
  }
  async function work(ring: Ring): Promise<void> {
    const { task_id } = ring;
    const task = await tasks.get(task_id);
    if (!task) return; // rung for a task that has ended
    if (!(await engine.owes(task.resource_id, task.job_id, task_id))) return tasks.remove(task_id); // nobody wants it any more
    if (give && remote.isRemote(task.kind)) return give(task, ring);
    const claimed = await runs.claim(ring, task);
    if (!claimed) return;
    const begun = clock.after(limits.accept_after_ms, () => {
      if (!services.reachable(task.kind)) return;
      runs
        .accepted(task, null)
        .catch((error: unknown) => log.warn({ err: error, task_id }, 'accepted was not told; the sweep says it again'));
    });
    try {
      const output = await done(task);
      begun.cancel();
      await limited(task.kind, (signal) => services.tidy({ ...task, signal }, output)).catch((error: unknown) =>
        log.warn({ err: error, task_id }, 'not tidied'),
      );
    } catch (error) {
      begun.cancel();
      await failed(task, claimed, error);
    }
  }
  /** Run until its result is told: more than once only while what it was done for keeps changing. */
  async function done(task: TaskRecord): Promise<Json> {
    for (let round = 0; round < limits.outdated_rounds; round++) {
      const { kind, task_id, input } = task;
      const output = await limited(kind, (signal) => services.run({ kind, task_id, input, signal }));
      if ((await runs.succeeded(task, output)) === 'told') return output;
    }
    throw new Error(`what the step is done for changed ${limits.outdated_rounds} times in a row`);
  }
  async function failed(task: TaskRecord, claimed: TaskView, error: unknown): Promise<void> {
    if (stopping.signal.aborted) return; // handed back: the task is made again from its job
    const failure = failureOf(error);
    const { task_id, resource_id, kind } = task;
    const level = error instanceof ServiceError ? 'info' : 'error';
    log[level]({ err: error, task_id, resource_id, kind, attempt: claimed.attempt }, 'a run failed');
    await runs.failed(task_id, failure, claimed);
  }
  /** A service that does not answer in time is left to itself: its run is over, whatever it does. */
  function limited<T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit_ms = limits.run_time_limit_ms[kind];
    return within({ clock, limit_ms, late: tooLong, signals: [stopping.signal] }, work);
  }

  return {
    start(kinds: readonly StepKind[] = STEP_KINDS): void {
      for (const kind of kinds) queue.consume(kind, limits.concurrency[kind], handle);
      queue.consumeRetries(retry);
    },
    /** Takes no more work; what is in hand may end within the grace, then it is handed back. */
    async stop(): Promise<void> {
      await queue.stop(limits.stop_grace_ms);
      stopping.abort(new Error('the process stops'));
    },
  };
}

const tooLong = (limit_ms: number) =>
  new ServiceError({ code: 'DEADLINE_EXCEEDED', retryable: true, detail: `no result within ${limit_ms} ms` });

function failureOf(error: unknown): ServiceFailure {
  if (error instanceof ServiceError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'UNEXPECTED', retryable: true, detail: detail.slice(0, 500) };
}
