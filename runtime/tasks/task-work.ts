/** What a run needs of its task, which may have no record. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { TaskRecord } from '../ports/tasks.ts';

/** The work of a task, whether or not it has a record. */
export type TaskWork = Pick<TaskRecord, 'task_id' | 'resource_id' | 'org_id' | 'user_id' | 'job_id' | 'kind' | 'input'> &
  Pick<Partial<TaskRecord>, 'key_id'>;
/** The record of a run: what other processes know of it. */
export type RunRecord = {
  /** Returns true if there is a record, which must be removed at the end. */
  exists(): boolean;
  /** Has a record made, if there is none. Throws what the task store throws. */
  ensure(): Promise<void>;
  /** Shows other processes that the run is under way, before its acceptance is a fact. Throws what task store and queue throw. */
  show(): Promise<void>;
};
/** failure: of the run before, if one failed. */
export type AttemptOf = { attempt: number; losses: number; failure?: ServiceFailure | null };
