/** Tasks as a host has them: each step is a compare-and-swap in the task store. */
import type { Logger } from 'pino';
import type { EventObject } from 'xstate';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskStatus } from '../../contract/task.ts';
import { type Durable, type Inbound, type Instance, UnknownStateError, UnservedError } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import { ConflictError, createHost } from '../instances/host.ts';
import type { InstanceStore } from '../instances/store.ts';
import { nextDueAt } from '../instances/timers.ts';
import type { RuntimeLimits } from '../limits.ts';
import { UnreadableError } from '../ports/instances.ts';
import type { TaskRecord, Tasks } from '../ports/tasks.ts';
import type { PendingJob } from '../resources/resource-host.ts';
import type { TaskWork } from './task-work.ts';

/** The state of a task. `failure` is that of the last run; null: none failed, or the task has ended well. */
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
/** The work of a new task; null for a step. */
type TaskDetail = Pick<TaskRecord, 'resource_id' | 'org_id' | 'user_id' | 'key_id' | 'job_id' | 'kind' | 'input'> | null;

export function createTaskStore({ tasks, lifecycle, clock, limits, log }: Parts) {
  const { kernel, view } = lifecycle;
  const host = createHost<TaskRecord, TaskDetail>({
    ...{ kernel, clock, attempts: limits.commit_attempts, store: hostedTasks({ tasks, lifecycle, clock }) },
    unserved: ({ task_id, instance: { version } }) =>
      log.info(
        { event: 'task.later_version', task_id, version },
        'tasks of a later version of the service are left to its processes',
      ),
    unreadable: (_, __, task) => (task ? discard(task) : undefined),
  });

  function workOf({ resource, job_id, job }: PendingJob): TaskWork {
    const { resource_id, org_id, user_id, key_id = null } = resource;
    return { task_id: job.token, resource_id, org_id, user_id, key_id, job_id, kind: lifecycle.kindOf(job_id), input: job.input };
  }
  function inputOf({ job_id, job }: PendingJob, answered: boolean): Json {
    const provider_job_id = job.accepted?.provider_job_id ?? null;
    return lifecycle.input({ kind: lifecycle.kindOf(job_id), task_id: job.token, provider_job_id, answered });
  }
  /** `answered`: a result is stored for the inputs that it would read. Returns null if the job has a task. */
  function create(pending: PendingJob, answered: boolean): Promise<TaskRecord | null> {
    const { task_id, ...detail } = workOf(pending);
    return host.create(task_id, inputOf(pending, answered), detail);
  }
  /** The record of a task that has just been claimed, as it would be stored. */
  function recordFor(pending: PendingJob): TaskRecord {
    const environment = { now: clock.serviceTime(), wall: clock.now(), newId: clock.newId };
    const created = kernel.start(inputOf(pending, false), environment).instance;
    const claimed = kernel.step(created, CLAIMED, environment);
    const { instance } = claimed;
    const state = { status: view(instance).status, instance, ring: created.seq, next_due_at: nextDueAt(instance) };
    return { ...workOf(pending), ...state, created_at: environment.wall, updated_at: environment.wall };
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
    const toCommand = (current: TaskRecord) => {
      if (!kernel.knowsState(current.instance)) throw new UnknownStateError(current.instance.snapshot.value);
      const command = inbound(current, view(current.instance));
      return command && { inbound: command, detail: null };
    };
    try {
      const sent = await host.send(task_id, toCommand, cached);
      return sent?.outcome === 'moved' ? sent.record : null;
    } catch (error) {
      if (error instanceof UnservedError || error instanceof UnreadableError) return null;
      throw error instanceof ConflictError ? new Error(`task ${task_id} kept changing`, { cause: error }) : error;
    }
  }
  /** Removes a record that can't be used: it is created again from its job. */
  async function discard({ task_id, resource_id, instance }: TaskRecord): Promise<void> {
    log.error(
      { event: 'task.unknown_state', task_id, resource_id, state: instance.snapshot.value },
      'a task is in an unknown state; removing it, to be created again from its job',
    );
    await tasks.remove(task_id);
  }
  return { create, step, serves: host.serves, recordFor, workOf };
}

export const taskEvent = (fields: EventObject & Record<string, unknown>): Inbound => ({ kind: 'event', event: fields });
/** A claim. A task that runs already is then asked about. */
export const CLAIMED = taskEvent({ type: 'CLAIMED', provider_job_id: null });

function hostedTasks({
  tasks,
  lifecycle: { view },
  clock,
}: Pick<Parts, 'tasks' | 'lifecycle' | 'clock'>): InstanceStore<TaskRecord, TaskDetail> {
  return {
    load: tasks.get,
    async commit({ id, before, step: { instance }, detail }) {
      const { status } = view(instance);
      const at = clock.now();
      const state = { status, instance, next_due_at: nextDueAt(instance), updated_at: at };
      if (detail) {
        const task = { task_id: id, ...detail, ...state, ring: instance.seq, created_at: at };
        return (await tasks.create(task)) ? task : null;
      }
      if (!before) throw new Error(`the new task ${id} comes without its work`);
      // Notified again while it waits: with the same number, which a queue that still holds it does not double.
      const ring = status === 'pending' && before.status !== 'pending' ? instance.seq : before.ring;
      const next = { ...before, ...state, ring };
      return (await tasks.replace(next, before.instance.seq)) ? next : null;
    },
  };
}
