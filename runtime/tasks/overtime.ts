/**
 * Handles a deadline of work that a provider has: the provider is asked first. While it reports `working`, or is unavailable, the deadline
 * is extended, by at most `overtime_ms`: running work is not submitted twice, and an outage is not the fault of the work.
 */
import type { Logger } from 'pino';
import type { Json } from '../../contract/json.ts';
import { delayOf, type Instance, type Job } from '../../machines/interpreter.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Asked } from '../ports/providers.ts';
import type { Engine, PendingJob } from '../resources/engine.ts';

export type Late = { job_id: string; job: Job; provider_job_id: string };

/** Returns the job whose deadline this timer is, if a provider has it and it may be extended. Its delay is named `<step>_deadline`. */
export function lateJob(
  instance: Instance,
  timer_id: string,
  now: number,
  limits: Pick<RuntimeLimits, 'overtime_ms'>,
): Late | null {
  const timer = instance.timers[timer_id];
  if (!timer || now >= timer.due_at + limits.overtime_ms) return null;
  for (const [job_id, job] of Object.entries(instance.jobs)) {
    const provider_job_id = job.accepted?.provider_job_id;
    if (provider_job_id && delayOf(timer_id) === `${job.src}_deadline`) return { job_id, job, provider_job_id };
  }
  return null;
}

type Parts = {
  engine: Pick<Engine, 'pendingJob'>;
  /** Resolves once the question is on its way. `ask` never throws. */
  beginQuestion(ask: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Throws while the provider is unavailable. null: the job runs here. */
  statusOf(pending: PendingJob, provider_job_id: string, signal: AbortSignal): Promise<Asked | null>;
  succeeded(task: { task_id: string; resource_id: string; job_id: string }, output: Json): Promise<unknown>;
  log: Logger;
};

/** Queries overdue work in the background. `over` is called if no provider has it or it failed, so that the deadline holds. */
export function createOvertime({ engine, beginQuestion, statusOf, succeeded, log }: Parts) {
  return async (resource_id: string, { job_id, job, provider_job_id }: Late, over: () => Promise<unknown>): Promise<void> => {
    const pending = await engine.pendingJob(resource_id, job_id, job.token);
    if (!pending) return; // the picture has moved on
    const task_id = job.token;
    await beginQuestion(async (signal) => {
      try {
        const status_found = await statusOf(pending, provider_job_id, signal).catch((error: unknown) => {
          log.info(
            { event: 'task.overdue_query_failed', err: error, resource_id, task_id },
            'the deadline of a run is over and its provider does not answer; asking again later',
          );
          return STILL_WORKING;
        });
        if (status_found?.status === 'working') return;
        if (status_found?.status === 'done') await succeeded({ task_id, resource_id, job_id }, status_found.output);
        else await over();
      } catch (error) {
        log.warn(
          { event: 'task.overdue_not_recorded', err: error, resource_id, task_id },
          'could not record the outcome of an overdue run; it is tried again',
        );
      }
    });
  };
}
const STILL_WORKING: Asked = { status: 'working' };
