import type { StepKind } from '../../contract/step-kinds.ts';

/** again: it was given to a worker before, whose hold on it has run out: nobody that lives is at work on it. */
export type Notification = { task_id: string; again: boolean };

/** Whose work a task is: who waits takes turns by organisation, and then by key, or by user where the key is not known. */
export type TaskOwner = { org_id: string; user_id: string; key_id?: string | null };

/** A doorbell: it says that a task waits, at least once. The task's record says what is true. */
export interface Queue {
  /**
   * `n` differs at each entry of a task into `pending`; the same pair rung twice may ring once, unless it was handled in between.
   * `owner`: by whom a queue may give turns, so that one who sends much delays mostly himself.
   */
  push(kind: StepKind, task_id: string, n: number, owner: TaskOwner): Promise<void>;
  /** Calls `handle` for each ring, at most `concurrency` at a time. `handle` never throws. */
  consume(kind: StepKind, concurrency: number, handle: (ring: Notification) => Promise<void>): void;
  /** From now on this process handles at most so many rings of the kind at a time; 0: none is taken until it is allowed. Other processes go on. */
  allow(kind: StepKind, max: number): void;
  /** Into the retry queue: it rings after `delay_ms`, for `consumeRetries`. `n` differs at each entry of a task into `retrying`. */
  retryLater(task_id: string, n: number, delay_ms: number): Promise<void>;
  /** Calls `handle` for each task whose time in the retry queue is over. `handle` never throws. */
  consumeRetries(handle: (task_id: string) => Promise<void>): void;
  /** True while the task waits here or is being handled by a living worker. */
  knows(kind: StepKind, task_id: string, n: number): Promise<boolean>;
  depth(kind: StepKind): Promise<{ waiting: number; running: number }>;
  pause(kind: StepKind): Promise<void>;
  resume(kind: StepKind): Promise<void>;
  /** No new ring is answered; resolves when those being handled have ended, or after `grace_ms`. */
  stop(grace_ms: number): Promise<void>;
}
