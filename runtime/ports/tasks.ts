/** The ports to everything that is not the facts (those are in ports-facts.ts): each small, with its contract in its comment. */
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
  /** Of the key that began the picture. */
  key_id?: string | null;
  job_id: string;
  kind: StepKind;
  input: Json;
  status: TaskStatus;
  instance: Instance;
  /** The `n` it was last rung with: its `seq` when it last became pending. */
  ring: number;
  next_due_at: number | null;
  created_at: number;
  updated_at: number;
};

/** Transient records of tasks. Losing all of them loses no fact. */
export interface Tasks {
  /** False if there is one with this id: sweep and dispatch can't make two. */
  create(task: TaskRecord): Promise<boolean>;
  get(task_id: string): Promise<TaskRecord | null>;
  /** With its next timer in one write, if its `seq` is still `expected_seq`; else false. */
  replace(task: TaskRecord, expected_seq: number): Promise<boolean>;
  remove(task_id: string): Promise<void>;
  /**
   * Those whose next timer is due at `now`, at most `limit`; none is handed out again before `until`. Of these versions of the task
   * machine only: others are left to processes of theirs.
   */
  claimDue(want: { now: number; until: number; limit: number; versions: readonly string[] }): Promise<TaskRecord[]>;
  list(want: { kind?: StepKind; status?: TaskStatus; limit: number }): Promise<TaskRecord[]>;
  /**
   * What this store was begun with; null if it is new, was restarted or restored since, or failed to answer a call of this process:
   * then something may be lost. Different from the facts' epoch, then every task is looked at, and made again if it is gone.
   */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
  close(): Promise<void>;
}
