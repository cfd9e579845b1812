/** What the resource and task machines mean to the engine, which knows no machine's states. */
import { DECODES, isJobId, STEP_OF_JOB, type StepKind, WRITES_OBJECTS } from '../contract/step-kinds.ts';
import { NO_READING } from '../contract/steps.ts';
import { durable, type Instance } from '../machines/interpreter.ts';
import type { ResourceLimits, RunLimits, TaskLimits } from '../machines/limits.ts';
import { resourceMachineWith } from '../machines/resource.ts';
import { resourceContext, viewOf } from '../machines/resource-view.ts';
import { isActive, runMachineWith, runStatus } from '../machines/run.ts';
import { taskContext, taskMachineWith, taskStatus } from '../machines/task.ts';
import { RESOURCE_UPGRADES, TASK_UPGRADES } from '../machines/upgrades.ts';
import type { ResourceColumns } from '../runtime/ports/resources.ts';
import type { Lifecycle } from '../runtime/resources/lifecycle.ts';
import type { RunLifecycle } from '../runtime/runs/run-store.ts';
import type { TaskLifecycle } from '../runtime/tasks/task-store.ts';
import { firstCleanup } from './maintenance/clear-leftovers.ts';
import { writesOf } from './steps/table.ts';

export const resourceLifecycle = (limits: Partial<ResourceLimits> = {}): Lifecycle => ({
  kernel: durable(resourceMachineWith(limits), RESOURCE_UPGRADES),
  input: ({ resource_id, org_id, user_id, described, claimed }) => ({ resource_id, org_id, user_id, described, claimed }),
  columns: columnsOf,
  writes: ({ job_id, resource, ...result }, facts) => writesOf(stepOf(job_id), { ...result, facts }, resource),
  abandoned: abandonedBy,
  messages: messagesOf,
});

/** The machines whose instances are stored with the facts. */
export const STORED_MACHINES = [durable(resourceMachineWith({}), RESOURCE_UPGRADES)];

export function taskLifecycle(limits: Partial<TaskLimits> = {}): TaskLifecycle {
  const kernel = durable(taskMachineWith(limits), TASK_UPGRADES);
  return {
    kernel,
    input: ({ kind, ...run }) => ({ ...run, decodes: kind === undefined || DECODES.has(kind) }),
    kindOf: stepOf,
    view: (stored) => {
      const instance = kernel.upgraded(stored);
      const { attempt, losses, provider_job_id, output, failure, outage_runs } = taskContext(instance);
      return { status: taskStatus(instance), attempt, losses, provider_job_id, output, failure, in_outage: outage_runs > 0 };
    },
  };
}

export const runLifecycle = (limits: Partial<RunLimits> = {}): RunLifecycle => ({
  kernel: durable(runMachineWith(limits)),
  status: runStatus,
  isActive,
});

/** The step that a job runs. */
export function stepOf(job_id: string): StepKind {
  if (!isJobId(job_id)) throw new Error(`no step runs the job ${job_id}`);
  return STEP_OF_JOB[job_id];
}

function columnsOf(instance: Instance) {
  const { described, original_key, fact_ids, reading = NO_READING } = resourceContext(instance);
  const { status, phase, viewable, searchable, revision, indexed_revision, has_vector, ...view } = viewOf(instance);
  const { failure, deadline_at, allowed_events, retry_step } = view;
  const { recognition: recognition_id, correction: correction_id, saved: text_id } = fact_ids;
  const promised = { viewable, searchable, revision, indexed_revision, has_vector };
  return {
    status,
    phase,
    ...promised,
    failure,
    deadline_at,
    allowed_events,
    retry_step,
    described,
    original_key,
    reading,
    recognition_id,
    correction_id,
    text_id,
    ...(viewable || phase === 'uploading' || phase === 'working' ? {} : { byte_claim: null }), // others may bring the bytes again
  };
}

/** A run whose job is gone, but not by its own result, may be at work all the same, and write. */
const abandonedBy: NonNullable<Lifecycle['abandoned']> = ({ resource, before, after, inbound, at }) => {
  const { resource_id, org_id } = resource;
  if (inbound.kind === 'done') return [];
  const left = Object.entries(before.jobs).some(
    ([id, { token }]) => WRITES_OBJECTS.has(stepOf(id)) && after.jobs[id]?.token !== token,
  );
  return left ? [firstCleanup({ resource_id, org_id }, at)] : [];
};

/** One `changed` for whatever a reader can see of a step, and one more for what people act on. */
function messagesOf(before: ResourceColumns | null, after: ResourceColumns, emitted: { type: string }[]): string[] {
  const types: string[] = [];
  const differs = (column: 'status' | 'phase' | 'viewable' | 'searchable' | 'indexed_revision') =>
    before?.[column] !== after[column];
  if (differs('status') || differs('phase') || differs('viewable') || differs('searchable') || differs('indexed_revision'))
    types.push('resource.changed');
  if (after.searchable && (differs('searchable') || differs('indexed_revision'))) types.push('resource.searchable');
  if (differs('phase')) types.push(...(NOTIFIED[after.phase] ?? []));
  if (emitted.some(({ type }) => type === 'METADATA_DUE')) types.push('resource.expiring');
  return types;
}
const NOTIFIED: { [P in ResourceColumns['phase']]?: string[] } = {
  needs_person: ['resource.needs_person'],
  failed: ['resource.failed'],
  gone: ['resource.gone'],
};
