/**
 * The worker: takes a task, runs the service of its step, says what came of it.
 * It holds nothing that matters: when it dies, the task's lease, the job's deadline and the sweep bring the work back.
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
import { isLaterVersion } from '../resources/step-loop.ts';
import type { Passage } from './gate.ts';
import type { Gates } from './gates.ts';
import { createRedelivery } from './redeliver.ts';
import type { RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import { createRemoteSubmitter } from './submit-remote.ts';
import type { Suspects } from './suspects.ts';
import type { TaskRunner } from './task-runner.ts';
import type { TaskView } from './task-store.ts';

/** `signal` is aborted when the time of the run is over or the process stops. */
export type Run = { kind: StepKind; task_id: string; input: Json; signal: AbortSignal };
export type StepHandlers = {
  run(run: Run): Promise<Json>;
  cleanUp(run: Run, output: Json): Promise<void>;
  /** False while something that the step needs is known to be away: its work does not begin yet, and neither does its deadline. */
  isAvailable(kind: StepKind): boolean;
  /** Rejects while something that the step needs is not there. Absent: that is found out by its work alone. */
  probe?(kind: StepKind, signal: AbortSignal): Promise<void>;
  /** Absent: the work of all steps is done here. */
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
  const rings = createRedelivery({ tasks, queue, runs, clock, limits, log });
  const give =
    remote &&
    createRemoteSubmitter({
      ...{ tasks, queue, engine, runs, remote, clock, limits, log, limited },
      failed: (task, error, passage) => failed(task, runs.view(task), error, passage),
    });

  async function handle(kind: StepKind, ring: Notification): Promise<void> {
    const passage = gates.enter(kind);
    try {
      await work(ring, passage);
    } catch (error) {
      if (!isLaterVersion(error)) passage.ran(failureIn(error)); // a store of ours may be away too
      await rings.again(ring, error); // a queue's handler never throws
    } finally {
      passage.leave();
    }
  }
  async function work(ring: Notification, passage: Passage): Promise<void> {
    const task = await tasks.get(ring.task_id);
    if (!task) return; // rung for a task that has ended
    if (!runs.serves(task)) return rings.passOn(task.task_id);
    if (!(await engine.pendingJob(task.resource_id, task.job_id, task.task_id))) return tasks.remove(task.task_id); // nobody wants it any more
    if (give && remote.isRemote(task.kind)) return give.give(task, ring, passage);
    const claimed = await runs.claim(ring, task);
    if (!claimed) return;
    const refused = passage.refusal();
    if (refused) return failed(task, claimed, refused, null);
    const begin = () => run(task, claimed, passage);
    const refuse = (error: Error) => failed(task, claimed, error, null);
    await (suspects ? suspects.run(task, stopping.signal, { begin, refuse }) : begin());
  }
  /** Its result, or its failure, is told. */
  async function run(task: TaskRecord, claimed: TaskView, passage: Passage): Promise<void> {
    let accepting: Promise<unknown> = Promise.resolve();
    const begun = clock.after(limits.accept_after_ms, () => {
      if (!services.isAvailable(task.kind) || !gates.isOpen(task.kind)) return;
      accepting = runs.accepted(task, null).catch(noted(log, task, 'accepted was not told; the sweep says it again'));
    });
    try {
      const output = await done(task, passage);
      begun.cancel();
      const cleaned = limited(task.kind, (signal) => services.cleanUp({ ...task, signal }, output));
      await cleaned.catch(noted(log, task, 'not tidied'));
    } catch (error) {
      begun.cancel();
      await accepting; // else it would be told after its release
      await failed(task, claimed, error, passage);
    }
  }
  /** Run until its result is told: more than once only while what it was done for keeps changing. */
  async function done(task: TaskRecord, passage: Passage): Promise<Json> {
    for (let round = 0; round < limits.outdated_rounds; round++) {
      const { kind, task_id, input } = task;
      const output = await limited(kind, (signal) => services.run({ kind, task_id, input, signal }));
      passage.ran(null);
      if ((await runs.succeeded(task, output)) === 'told') return output;
    }
    throw new Error(`what the step is done for changed ${limits.outdated_rounds} times in a row`);
  }
  /** passage: null: it was given up without a run. */
  async function failed(task: TaskRecord, claimed: TaskView, error: unknown, passage: Passage | null): Promise<void> {
    if (stopping.signal.aborted) return; // handed back: the task is made again from its job
    const failure = failureIn(error);
    passage?.ran(failure);
    const { task_id, resource_id, kind } = task;
    const level = waits(failure.code) ? 'debug' : error instanceof StepError ? 'info' : 'error'; // of an outage the gate tells
    log[level]({ err: error, task_id, resource_id, kind, attempt: claimed.attempt }, 'a run failed');
    await runs.failed(task_id, failure, claimed, gates.away(kind));
  }
  /** A service that does not answer in time is left to itself: its run is over, whatever it does. */
  function limited<T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit_ms = limits.run_time_limit_ms[kind];
    return withTimeout({ clock, limit_ms, onTimeout: tooLong(kind), signals: [stopping.signal] }, work);
  }

  return {
    start(kinds: readonly StepKind[] = STEP_KINDS): void {
      for (const kind of kinds) queue.consume(kind, limits.concurrency[kind], (ring) => handle(kind, ring));
      gates.start(kinds);
      queue.consumeRetries(rings.retry);
    },
    /** Takes no more work; what is in hand may end within the grace, then it is handed back. */
    async stop(): Promise<void> {
      gates.stop();
      give?.stop();
      await queue.stop(limits.stop_grace_ms).finally(() => stopping.abort(new Error('the process stops')));
    },
  };
}

const noted =
  (log: Logger, { task_id }: TaskRecord, what: string) =>
  (error: unknown) =>
    log.warn({ err: error, task_id }, what);

/** A picture may take too long to be decoded; the other steps only wait for what they need, so that is as good as away. */
const tooLong = (kind: StepKind) => (limit_ms: number) =>
  new StepError(failureOf(DECODES.has(kind) ? 'DEADLINE_EXCEEDED' : 'PROVIDER_UNAVAILABLE', `no result within ${limit_ms} ms`));

function failureIn(error: unknown): ServiceFailure {
  if (error instanceof StepError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failureOf('UNEXPECTED', detail.slice(0, 500));
}
