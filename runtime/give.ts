/**
 * Gives the work of a task to its provider. The order is what keeps it from being lost or done twice:
 *
 * 1. Submit, with `task_id` as the idempotency key, while the task is still pending: a crash leaves it to be given again, and the
 *    provider finds the work that it has.
 * 2. Claim with the ticket: the task runs, and is asked about when its lease is over.
 * 3. Accepted, at once: the ticket is a fact of the resource, and outlives the task.
 *
 * Then the worker is free: the result comes by a callback, or by asking.
 */
import type { Logger } from 'pino';
import type { StepKind } from '../contract/steps.ts';
import type { Passage } from './gate.ts';
import type { Ring, TaskRecord, Ticket } from './ports.ts';
import type { RemoteWork } from './remote.ts';
import type { Runs } from './runs.ts';

type Parts = {
  runs: Runs;
  remote: RemoteWork;
  /** Within the time of a run, and until the process stops. */
  limited: <T>(kind: StepKind, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Why the work was not given: told to its task, unless the process stops. */
  failed: (task: TaskRecord, error: unknown, passage: Passage | null) => Promise<void>;
  log: Logger;
};

export function createGive({ runs, remote, limited, failed, log }: Parts) {
  async function submitted(task: TaskRecord, passage: Passage): Promise<Ticket | null> {
    try {
      const ticket = await limited(task.kind, (signal) => remote.submit(task, signal));
      passage.ran(null);
      return ticket;
    } catch (error) {
      await failed(task, error, passage);
      return null;
    }
  }
  return async (task: TaskRecord, ring: Ring, passage: Passage): Promise<void> => {
    if (task.status !== 'pending') {
      await runs.claim(ring, task); // one that runs is asked about, others have their own timers
      return;
    }
    const answer = await remote.stored(task);
    if (answer !== null) {
      await runs.succeeded(task, answer);
      return;
    }
    const refused = passage.refusal();
    if (refused) return failed(task, refused, null);
    const ticket = await submitted(task, passage);
    if (!ticket || !(await runs.claim(ring, task, ticket.provider_job_id))) return;
    await runs
      .accepted(task, ticket.provider_job_id)
      .catch((error: unknown) =>
        log.warn({ err: error, task_id: task.task_id }, 'accepted was not told; the sweep says it again'),
      );
  };
}
