/** The port to the task store. */
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskStatus } from '../../contract/task.ts';
import type { Instance } from '../../machines/interpreter.ts';

/** One run of one step. `task_id` is the token of the job; `instance` is of the task machine. */
export type TaskRecord = {
  task_id: string;
  resource_id: string;
  org_id: string;
  user_id: string;
  /** The key that created the picture. */
  key_id?: string | null;
  job_id: string;
  kind: StepKind;
  input: Json;
  status: TaskStatus;
  instance: Instance;
  /** The `n` of its last notification: its `seq` when it last became pending. */
  ring: number;
  next_due_at: number | null;
  created_at: number;
  updated_at: number;
};

/** Transient task records. Losing all of them loses no fact. */
export interface Tasks {
  /** Returns false if one with this id exists: sweep and dispatch can't create two. */
  create(task: TaskRecord): Promise<boolean>;
  get(task_id: string): Promise<TaskRecord | null>;
  /** Writes the task with its next timer, if its `seq` is still `expected_seq`; else returns false. */
  replace(task: TaskRecord, expected_seq: number): Promise<boolean>;
  remove(task_id: string): Promise<void>;
  /**
   * Claims tasks whose next timer is due at `now`, at most `limit`; none is handed out again before `until`. Only of these versions of the
   * task machine: others are left to processes of theirs.
   */
  claimDue(want: { now: number; until: number; limit: number; versions: readonly string[] }): Promise<TaskRecord[]>;
  list(want: { kind?: StepKind; status?: TaskStatus; limit: number }): Promise<TaskRecord[]>;
  /**
   * The epoch that was last written to this store; null if the store is new, was restarted or restored since, or failed a call of this
   * process: then data may be lost. If it differs from the epoch in the facts, every task is checked, and created again if it is gone.
   */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
  close(): Promise<void>;
}
