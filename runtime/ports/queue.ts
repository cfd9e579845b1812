import type { StepKind } from '../../contract/step-kinds.ts';

/** again: it was delivered to a worker before, whose lock has expired: no living worker has it. */
export type Notification = { task_id: string; again: boolean };

/** The owner of a task: waiting tasks take turns by organisation, and then by key, or by user where the key is not known. */
export type TaskOwner = { org_id: string; user_id: string; key_id?: string | null };

/** A doorbell: it notifies workers, at least once, that a task waits. The task's record holds the truth. */
export interface Queue {
  /**
   * `n` differs at each entry of a task into `pending`; the same pair pushed twice may be delivered once, unless it was handled in between.
   * `owner`: a queue may take turns by it, so that an owner who sends much delays mostly its own tasks.
   */
  push(kind: StepKind, task_id: string, n: number, owner: TaskOwner): Promise<void>;
  /** Calls `handle` for each notification, at most `concurrency` at a time. `handle` never throws. */
  consume(kind: StepKind, concurrency: number, handle: (notification: Notification) => Promise<void>): void;
  /** Sets how many notifications of the kind this process handles at a time; 0: none. Other processes are not affected. */
  allow(kind: StepKind, max: number): void;
  /** Puts a task into the retry queue, delivered to `consumeRetries` after `delay_ms`. `n` differs at each entry of a task into `retrying`. */
  retryLater(task_id: string, n: number, delay_ms: number): Promise<void>;
  /** Calls `handle` for each task whose time in the retry queue is over. `handle` never throws. */
  consumeRetries(handle: (task_id: string) => Promise<void>): void;
  /** Returns true while the task waits here or is being handled by a living worker. */
  knows(kind: StepKind, task_id: string, n: number): Promise<boolean>;
  depth(kind: StepKind): Promise<{ waiting: number; running: number }>;
  pause(kind: StepKind): Promise<void>;
  resume(kind: StepKind): Promise<void>;
  /** Takes no more notifications; resolves when those being handled have ended, or after `grace_ms`. */
  stop(grace_ms: number): Promise<void>;
}
