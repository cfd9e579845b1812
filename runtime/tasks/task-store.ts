/** Task records and their steps: each step is a compare-and-swap in the task store. */
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

/** The state of a task. `failure` is that of the last run. */
export type TaskView = {
  status: TaskStatus;
  attempt: number;
  losses: number;
  provider_job_id: string | null;
  output: Json;
  failure: ServiceFailure | null;
  /** What it needs is unavailable: it waits for as long as an outage may last. */
  in_outage: boolean;
};
/** Adapts the task machine to a runtime that knows no machine's states. */
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
  let is_logged = false;

  /** Returns false for a task of a later version of the machine, which is left to a process of that version. Logged once. */
  function serves({ task_id, instance }: TaskRecord): boolean {
    if (kernel.serves(instance)) return true;
    if (!is_logged)
      log.info(
        { event: 'task.later_version', task_id, version: instance.version },
        'tasks of a later version of the service are left to its processes',
      );
    is_logged = true;
    return false;
  }

  /** `answered`: a result is stored for the inputs that it would read. */
  function recordOf({ resource, job_id, job }: PendingJob, answered: boolean): TaskRecord {
    const { resource_id, org_id, user_id, key_id } = resource;
    const provider_job_id = job.accepted?.provider_job_id ?? null;
    const kind = lifecycle.kindOf(job_id);
    const { instance } = kernel.start(
      lifecycle.input({ kind, task_id: job.token, provider_job_id, answered }),
      environmentOf(clock),
    );
    const at = clock.now();
    const owner = { resource_id, org_id, user_id, key_id };
    const times = { next_due_at: dueAt(instance), created_at: at, updated_at: at };
    const { status } = view(instance);
    const work = { job_id, kind, input: job.input };
    return { task_id: job.token, ...owner, ...work, status, instance, ring: instance.seq, ...times };
  }

  /**
   * Steps a task. `inbound` is called again when another writer was first; it returns null to send nothing. Returns null if the task did
   * not move. `cached`: the record as the caller has just read it.
   */
  async function step(
    task_id: string,
    inbound: (current: TaskRecord, view: TaskView) => Inbound | null,
    cached: TaskRecord | null = null,
  ): Promise<TaskRecord | null> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const current = attempt === 0 && cached ? cached : await tasks.get(task_id);
      if (!current || !serves(current)) return null;
      if (!kernel.knowsState(current.instance)) return await discard(current);
      const command = inbound(current, view(current.instance));
      if (!command) return null;
      const { outcome, instance } = kernel.step(current.instance, command, environmentOf(clock));
      if (outcome !== 'moved') return null;
      const { status } = view(instance);
      // Notified again while it waits: with the same number, which a queue that still holds it does not double.
      const ring = status === 'pending' && current.status !== 'pending' ? instance.seq : current.ring;
      const next = { ...current, instance, status, ring, next_due_at: dueAt(instance), updated_at: clock.now() };
      if (await tasks.replace(next, current.instance.seq)) return next;
    }
    throw new Error(`task ${task_id} kept changing`);
  }
  /** Removes a record that can't be used: it is created again from its job. */
  async function discard({ task_id, resource_id, instance }: TaskRecord): Promise<null> {
    log.error(
      { event: 'task.unknown_state', task_id, resource_id, state: instance.snapshot.value },
      'a task is in an unknown state; removing it, to be created again from its job',
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
