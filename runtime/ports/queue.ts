import type { StepKind } from '../../contract/step-kinds.ts';

/** again: it was delivered to a worker before, whose lease has expired: no living worker has it. */
export type Notification = { task_id: string; again: boolean };

/** The owner of a task: waiting tasks take turns by organisation, and then by key, or by user where the key is not known. */
export type TaskOwner = { org_id: string; user_id: string; key_id?: string | null };

/** Depth of a kind. `running`: of all processes, but for work that other processes run without a record. */
export type Depth = {
  waiting: number;
  running: number;
  /** When the longest waiting task was pushed, in ms since the epoch; null: none waits. */
  oldest_at: number | null;
};

/** One of the places of this process for tasks of a kind, taken for work that was never pushed. */
export type Place = {
  /** From now on other processes know that the task is handled here, and take it up when this process dies. */
  hold(task_id: string, n: number): Promise<void>;
  leave(): void;
};

/** A doorbell: it notifies workers, at least once, that a task waits. The task's record holds the truth. */
export interface Queue {
  /**
   * `n` differs at each entry of a task into `pending`; the same pair pushed twice may be delivered once, unless it was handled in between.
   * `owner`: tasks that wait take turns by it, so that an owner who sends much delays mostly its own tasks.
   */
  push(kind: StepKind, task_id: string, n: number, owner: TaskOwner): Promise<void>;
  /**
   * Takes a free place of this process; null: none is free, the kind is not consumed here, or others wait for a place: then the task is
   * pushed, and has its turn.
   */
  take(kind: StepKind, owner: TaskOwner): Place | null;
  /** Calls `handle` for each notification, at most `concurrency` at a time. `handle` never throws. */
  consume(kind: StepKind, concurrency: number, handle: (notification: Notification) => Promise<void>): void;
  /** Sets how many tasks of the kind this process handles at a time, also before it consumes them; 0: none. Other processes are not affected. */
  allow(kind: StepKind, max: number): void;
  /** Puts a task into the retry queue, delivered to `consumeRetries` after `delay_ms`. `n` differs at each entry of a task into `retrying`. */
  retryLater(task_id: string, n: number, delay_ms: number): Promise<void>;
  /** Calls `handle` for each task whose time in the retry queue is over. `handle` never throws. */
  consumeRetries(handle: (task_id: string) => Promise<void>): void;
  /** Tasks in the retry queue. */
  retries(): Promise<number>;
  /** Returns true while the task waits here or is being handled by a living worker. */
  knows(kind: StepKind, task_id: string, n: number): Promise<boolean>;
  depth(kind: StepKind): Promise<Depth>;
  /** Takes no more tasks; resolves when those being handled have ended, or after `grace_ms`. */
  stop(grace_ms: number): Promise<void>;
}
