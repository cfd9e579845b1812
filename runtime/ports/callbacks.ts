import type { StepKind } from '../../contract/step-kinds.ts';
import type { Scope } from './scope.ts';

/**
 * A provider's signed result, as it came. `reads`: the ids of the facts that its run read, as JSON: a stored result belongs to a step
 * and what it read, so that it outlives the task that asked.
 */
export type Callback = {
  webhook_id: string;
  org_id: string;
  resource_id: string;
  task_id: string;
  kind: StepKind;
  reads: string;
  received_at: number;
  /** JSON, as it came: it is read where it is wanted, away from the event loop if it is long. */
  body: string;
};

export interface Callbacks {
  /** Stores a callback, durable when it resolves. Returns false if this message to this task of this resource is known. */
  keep(callback: Callback): Promise<boolean>;
  /** Returns the newest for a step and what it read. */
  find(scope: Scope, want: { resource_id: string; kind: StepKind; reads: string }): Promise<Callback | null>;
}
