/** Redelivers tasks that could not be handled, and passes those of a later version of the service on to its processes. */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Notification, Queue } from '../ports/queue.ts';
import type { Tasks } from '../ports/tasks.ts';
import { isLaterVersion } from '../resources/problems.ts';
import type { TaskRunner } from './task-runner.ts';

type Parts = { tasks: Tasks; queue: Queue; runs: TaskRunner; clock: Clock; limits: RuntimeLimits; log: Logger };

export function createRedelivery({ tasks, queue, runs, clock, limits, log }: Parts) {
  const redeliverLater = (task_id: string, delay_ms: number): Promise<void> =>
    queue
      .retryLater(task_id, clock.now(), delay_ms)
      .catch((err: unknown) =>
        log.warn({ event: 'task.redelivery_failed', err, task_id }, 'redelivery of a task failed; the sweep will retry'),
      );
  /** For a task that needs a later version of the service: a process of that version takes it from the queue in time. */
  const passOn = (task_id: string) => redeliverLater(task_id, limits.pass_on_ms);

  return {
    passOn,
    /** Redelivers a task whose handling failed. */
    async afterFailure(notification: Notification, error: unknown): Promise<void> {
      if (isLaterVersion(error)) return passOn(notification.task_id);
      log.error(
        {
          event: 'task.run_not_recorded',
          err: error,
          task_id: notification.task_id,
          again: notification.again,
          retry_ms: limits.redeliver_ms,
        },
        'could not record the result of a run; the task is delivered again',
      );
      await redeliverLater(notification.task_id, limits.redeliver_ms);
    },
    /** Handles a task whose pause before the next attempt is over. */
    async retry(task_id: string): Promise<void> {
      try {
        const task = await tasks.get(task_id);
        if (!task) return;
        if (!runs.serves(task)) return await passOn(task_id);
        if (task.status === 'retrying') await runs.fire(task);
        if (task.status === 'pending') await queue.push(task.kind, task_id, task.ring, task); // it was handled, and nothing came of it
        await runs.reportAgain(task);
      } catch (error) {
        if (isLaterVersion(error)) return await passOn(task_id);
        log.warn(
          { event: 'task.retry_failed', err: error, task_id },
          'could not put a task that is due for a retry into its queue; the sweep will',
        );
      }
    },
  };
}
