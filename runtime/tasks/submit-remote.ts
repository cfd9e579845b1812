/**
 * Submits the work of a task to its provider, once the provider has room. The order keeps it from being lost or done twice:
 *
 * 1. Submit, with `work_id` as the idempotency key, while the task is still pending: after a crash it is submitted again, and the
 *    provider finds the work that it has.
 * 2. Claim with the ticket: the task runs, and its status is queried when its lease is over.
 * 3. Accept, at once: the ticket is a fact of the resource, and outlives the task.
 *
 * Then the worker is free: the result comes by a callback or a status query.
 */
import type { Logger } from 'pino';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Ticket } from '../ports/providers.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { Engine } from '../resources/engine.ts';
import type { Passage } from './gate.ts';
import { createInFlight } from './in-flight.ts';
import type { RemoteWork } from './remote-work.ts';
import { StepError } from './step-handler.ts';
import type { TaskRunner } from './task-runner.ts';

type Parts = {
  runs: TaskRunner;
  remote: RemoteWork;
  tasks: Tasks;
  queue: Pick<Queue, 'retryLater'>;
  engine: Pick<Engine, 'pendingJob'>;
  clock: Clock;
  limits: RuntimeLimits;
  /** Runs work within the time limit of a run, and until the process stops. */
  withRunLimit: <T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Records with the task why its work was not submitted, unless the process stops. */
  recordFailure: (task: TaskRecord, error: unknown, passage: Passage | null) => Promise<void>;
  log: Logger;
};

export function createRemoteSubmitter(parts: Parts) {
  const { tasks, queue, engine, runs, remote, clock, limits, withRunLimit, recordFailure } = parts;
  const stopping = new AbortController();
  const in_flight = createInFlight(parts);
  async function submitWork(task: TaskRecord, passage: Passage): Promise<Ticket | null> {
    try {
      const ticket = await withRunLimit(task.kind, (signal) => remote.submit(task, signal));
      passage.recordRun(null);
      return ticket;
    } catch (error) {
      await recordFailure(task, error, passage);
      return null;
    }
  }
  /** null: not now. */
  async function waitForRoom(task: TaskRecord): Promise<(() => void) | null> {
    try {
      const leave = await in_flight.enter(task.kind, stopping.signal);
      if (!leave) await queue.retryLater(task.task_id, clock.now(), limits.redeliver_ms); // it is redelivered
      return leave;
    } catch (error) {
      if (stopping.signal.aborted) return null; // it waits in the queue for the next process
      throw error;
    }
  }
  /** Returns false if its job was cancelled, or another process has submitted it meanwhile. */
  async function isWanted({ task_id, resource_id, job_id }: TaskRecord): Promise<boolean> {
    if ((await tasks.get(task_id))?.status !== 'pending') return false;
    return (await engine.pendingJob(resource_id, job_id, task_id)) !== null;
  }
  async function submitAndClaim(task: TaskRecord, notification: Notification, passage: Passage): Promise<void> {
    const ticket = await submitWork(task, passage);
    if (!ticket || (await isShared(ticket, task)) || !(await runs.claim(notification, task, ticket.provider_job_id))) return;
    await runs.tryAccept(task, ticket.provider_job_id);
  }
  /** One ticket for two pictures: a result under it may belong to either, so neither accepts it. */
  async function isShared({ provider_job_id }: Ticket, task: TaskRecord): Promise<boolean> {
    const others = (await in_flight.running(task.kind)).filter(
      (other) => other.resource_id !== task.resource_id && runs.view(other).provider_job_id === provider_job_id,
    );
    if (others.length === 0) return false;
    const duplicate_ticket = new StepError({
      code: 'PROVIDER_BAD_RESULT',
      retryable: true,
      detail: `its provider gave one ticket to several pictures: ${provider_job_id}`,
    });
    for (const one of [task, ...others]) await recordFailure(one, duplicate_ticket, null);
    return true;
  }
  async function submit(task: TaskRecord, notification: Notification, passage: Passage): Promise<void> {
    if (task.status !== 'pending') {
      await runs.claim(notification, task); // the status of one that runs is queried, others have their own timers
      return;
    }
    const stored = await remote.storedResult(task);
    if (stored !== null) {
      await runs.succeeded(task, stored);
      return;
    }
    const refusal = passage.refusal();
    if (refusal) return recordFailure(task, refusal, null);
    const leave = await waitForRoom(task);
    try {
      if (leave && (await isWanted(task))) await submitAndClaim(task, notification, passage);
    } finally {
      leave?.();
    }
  }
  return {
    submit,
    /** Work that waits for room does not delay a stop. */
    stop: () => stopping.abort(new Error('the process stops')),
  };
}
