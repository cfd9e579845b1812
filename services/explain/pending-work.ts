/** The pending job of a picture, and the task that does it. */

import type { Failure, ServiceFailure } from '../../contract/failures.ts';
import { isJobId, STEP_OF_JOB, type StepKind } from '../../contract/step-kinds.ts';
import type { Task } from '../../contract/task.ts';
import { delayOf, type Instance, type Job } from '../../machines/interpreter.ts';
import { taskContext } from '../../machines/task.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Pause } from '../../runtime/ports/operations.ts';
import type { TaskRecord } from '../../runtime/ports/tasks.ts';
import type { ExplainParts, Snapshot } from './snapshot.ts';

/** due_at: in service time. */
export type PendingWork = { name: string; kind: 'job' | 'timer'; due_at: number | null };
/** Times of the task as they are kept: lease_until, give_up_at and again_at in service time. */
type TaskSeen = Omit<Task, 'created_at' | 'updated_at' | 'lease_until' | 'give_up_at'> & {
  created_at: number;
  updated_at: number;
  lease_until: number | null;
  give_up_at: number | null;
};
/**
 * step: the first pending one; null: none. pause: an operator has paused it. away: the task store is unavailable. line: how many wait for the step, and how many it has.
 * again_at: when the task moves by itself. losses: processes that were lost with it alone; null: it is not suspected to have killed one.
 */
export type Work = {
  step: StepKind | null;
  pause: Pause | null;
  task: TaskSeen | null;
  away: boolean;
  line: { waiting: number; running: number } | null;
  again_at: number | null;
  failure: Failure | null;
  losses: number | null;
};
const NO_WORK: Work = {
  ...{ step: null, pause: null, task: null, away: false },
  ...{ line: null, again_at: null, failure: null, losses: null },
};

/** In order of time. A job is looked at by the pass over all jobs. */
export function pendingWorkOf({ instance, next_pass_at }: Snapshot): PendingWork[] {
  if (!instance) return [];
  const jobs = Object.keys(instance.jobs).map((name) => ({ name, kind: 'job' as const, due_at: next_pass_at }));
  const timers = Object.entries(instance.timers).map(([id, { due_at }]) => ({
    name: delayOf(id),
    kind: 'timer' as const,
    due_at,
  }));
  return [...jobs, ...timers.sort((a, b) => a.due_at - b.due_at)];
}

export async function workOf(parts: ExplainParts, subject: Snapshot, limit_ms: number): Promise<Work> {
  const { tasks, queue, local_runs, pauses, run_marks, clock, log } = parts;
  const pending = subject.instance && firstJob(subject.instance);
  if (!pending) return NO_WORK;
  const { step, job } = pending;
  const pause = pauses.of(step);
  const losses = run_marks?.losses({ resource_id: subject.row.resource_id, kind: step }) ?? null;
  try {
    const local = local_runs.recordOf(job.token);
    const read = async () => local ?? (await tasks.get(job.token));
    const [record, line] = await withTimeout({ clock, limit_ms }, () => Promise.all([read(), queue.depth(step)]));
    return { ...NO_WORK, step, pause, line, losses, ...(record ? seenOf(record) : {}) };
  } catch (error) {
    log.warn({ event: 'explain.task_unavailable', err: error, task_id: job.token }, 'explain could not read a task');
    return { ...NO_WORK, step, pause, losses, away: true };
  }
}

/** What the pipeline waits for; the text that goes beside it comes last. */
function firstJob({ jobs }: Instance): { step: StepKind; job: Job } | null {
  const [first] = Object.entries(jobs).sort(([id], [other]) => Number(id === 'text') - Number(other === 'text'));
  const [id, job] = first ?? [];
  return id !== undefined && job && isJobId(id) ? { step: STEP_OF_JOB[id], job } : null;
}

function seenOf(record: TaskRecord): Pick<Work, 'task' | 'again_at' | 'failure'> {
  const { task_id, resource_id, user_id, org_id, kind, status, instance, created_at, updated_at, next_due_at } = record;
  const { attempt, provider_job_id, failure } = taskContext(instance);
  const timer = (delay: string) => Object.entries(instance.timers).find(([id]) => delayOf(id) === delay)?.[1].due_at ?? null;
  return {
    task: {
      ...{ task_id, resource_id, user_id, org_id, kind, status, attempt, provider_job_id, failure, created_at, updated_at },
      lease_until: timer('lease'),
      give_up_at: timer('give_up'),
    },
    again_at: next_due_at,
    failure: failure && failedWith(kind, failure, { attempts: attempt, at: updated_at }),
  };
}

const failedWith = (step: StepKind, { code, retryable, detail }: ServiceFailure, when: { attempts: number; at: number }) => ({
  ...{ step, code, retryable, detail },
  ...when,
});
