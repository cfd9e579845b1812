/** Work that a provider does apart from any worker of ours: given to it, asked about, and told of by its callback. */
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Asked, Ticket } from '../ports/providers.ts';
import type { TaskRecord } from '../ports/tasks.ts';

export type RemoteRun = Pick<TaskRecord, 'task_id' | 'resource_id' | 'org_id' | 'kind' | 'input'>;

/** What the runtime needs of steps whose work may be done elsewhere. All throw ServiceError. */
export interface RemoteWork {
  /** False: the step's work is done here, by `run`. */
  isRemote(kind: StepKind): boolean;
  /** What a stored callback answers to this run, though it was told to an earlier one; null: nothing that is of use to it. */
  storedResult(run: RemoteRun): Promise<Json | null>;
  /** Idempotent for all runs of the same work. */
  submit(run: RemoteRun, signal: AbortSignal): Promise<Ticket>;
  ask(run: RemoteRun & { provider_job_id: string | null }, signal: AbortSignal): Promise<Asked>;
}
