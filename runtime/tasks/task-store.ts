/** Records of tasks, and their steps: each is a compare-and-swap in the store of tasks. */
import type { Logger } from 'pino';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Durable, Inbound, Instance } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import { environmentOf, type PendingJob } from '../resources/step-loop.ts';

/** What a task's instance says. `failure` is that of the last run. */
export type TaskView = {
  status: TaskStatus;
  attempt: number;
  losses: number;
  provider_job_id: string | null;
  output: Json;
  failure: ServiceFailure | null;
  /** What it needs is away: it waits for as long as an outage may last. */
  in_outage: boolean;
};
/** What the task machine means, told to a runtime that knows no machine's states. */
export type TaskLifecycle = {
  kernel: Durable;
  view(instance: Instance): TaskView;
  input(run: { kind?: StepKind; task_id: string; provider_job_id: string | null; answered: boolean }): Json;
  /** The step that a job runs. */
  kindOf(job_id: string): StepKind;
};

type Parts = { tasks: Tasks; lifecycle: TaskLifecycle; clock: Clock; limits: RuntimeLimits; log: Logger };

export function createTaskStore({ tasks, lifecycle, clock, limits, log }: Parts) {
  const { kernel, view } = lifecycle;
  let noted = false;

  /** False: it is of a later version of the task machine, and is left to a process of that version. Logged once. */
  function serves({ task_id, instance }: TaskRecord): boolean {
    if (kernel.serves(instance)) return true;
    if (!noted) log.info({ task_id, version: instance.version }, 'tasks of a later version are left to its own processes');
    noted = true;
    return false;
  }

  /** `answered`: an answer is stored for what it would read. */
  function recordOf({ resource, job_id, job }: PendingJob, answered: boolean): TaskRecord {
    const { resource_id, org_id, user_id, key_id } = resource;
    const provider_job_id = job.accepted?.provider_job_id ?? null;
    const kind = lifecycle.kindOf(job_id);
    const { instance } = kernel.start(
      lifecycle.input({ kind, task_id: job.token, provider_job_id, answered }),
      environmentOf(clock),
    );
    const at = clock.now();
    const whose = { resource_id, org_id, user_id, key_id };
    const times = { next_due_at: dueAt(instance), created_at: at, updated_at: at };
    const { status } = view(instance);
    const work = { job_id, kind, input: job.input };
    return { task_id: job.token, ...whose, ...work, status, instance, ring: instance.seq, ...times };
  }

  /**
   * Steps a task. `inbound` is asked again when somebody else was first; null: nothing is to be said. Answers null if it did not move.
   * `read`: the record, by one who has just read it.
   */
  async function step(
    task_id: string,
    inbound: (now: TaskRecord, seen: TaskView) => Inbound | null,
    read: TaskRecord | null = null,
  ): Promise<TaskRecord | null> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const now = attempt === 0 && read ? read : await tasks.get(task_id);
      if (!now || !serves(now)) return null;
      if (!kernel.knowsState(now.instance)) return await forget(now);
      const said = inbound(now, view(now.instance));
      if (!said) return null;
      const { outcome, instance } = kernel.step(now.instance, said, environmentOf(clock));
      if (outcome !== 'moved') return null;
      const { status } = view(instance);
      // Rung again while it waits: the same ring, which a queue that still holds it does not double.
      const ring = status === 'pending' && now.status !== 'pending' ? instance.seq : now.ring;
      const next = { ...now, instance, status, ring, next_due_at: dueAt(instance), updated_at: clock.now() };
      if (await tasks.replace(next, now.instance.seq)) return next;
    }
    throw new Error(`task ${task_id} kept changing`);
  }
  /** A record that nothing can be done with is made again from its job. */
  async function forget({ task_id, instance }: TaskRecord): Promise<null> {
    log.error(
      { task_id, state: instance.snapshot.value },
      'a task is in an unknown state: it is removed, and made again from its job',
    );
    await tasks.remove(task_id);
    return null;
  }
  return { recordOf, step, serves };
}

const dueAt = ({ timers }: Instance) => {
  const all = Object.values(timers).map(({ due_at }) => due_at);
  return all.length > 0 ? Math.min(...all) : null;
};
