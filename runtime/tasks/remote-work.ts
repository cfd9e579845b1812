/** Work that a remote provider does: it is submitted, its status is queried, and a callback may report its end. */
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Asked, Ticket } from '../ports/providers.ts';
import type { TaskRecord } from '../ports/tasks.ts';

export type RemoteRun = Pick<TaskRecord, 'task_id' | 'resource_id' | 'org_id' | 'kind' | 'input'>;

/** What the runtime needs of steps that may run at a provider. All throw ServiceError. */
export interface RemoteWork {
  /** Returns false if the step runs here, by `run`. */
  isRemote(kind: StepKind): boolean;
  /** Returns the result in a stored callback that this run can use, even one to an earlier run; null: there is none. */
  storedResult(run: RemoteRun): Promise<Json | null>;
  /** Idempotent for all runs of the same work. */
  submit(run: RemoteRun, signal: AbortSignal): Promise<Ticket>;
  ask(run: RemoteRun & { provider_job_id: string | null }, signal: AbortSignal): Promise<Asked>;
}
