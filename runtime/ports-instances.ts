/** The part of the facts that is about running lifecycles, whatever their machine. */
import type { Instance } from './durable.ts';

export type StoredInstance = { instance_id: string; org_id: string; instance: Instance };

/** Versions of a machine. */
export type Served = { machine: string; versions: readonly string[] };
/** state: `snapshot.value` as JSON. */
export type StoredState = { machine: string; version: string; state: string; count: number; instance_id: string };
export interface Instances {
  load(instance_id: string): Promise<StoredInstance | null>;
  /**
   * Those due at `now`, at most `limit`; none of them is handed to anyone else before `until`. Leaves `seq` alone. `of`: of these
   * versions only; the others, and when they are due, are left to processes of theirs.
   */
  claimDue(want: { now: number; until: number; limit: number; of?: Served }): Promise<StoredInstance[]>;
  /** Sets when the sweep looks next, unless the instance has moved on from `seq`. */
  reschedule(instance_id: string, seq: number, next_due_at: number | null): Promise<void>;
  /** When the sweep looks at it next, in service time; null: nothing is owed, or there is no such instance. */
  nextDueAt(instance_id: string): Promise<number | null>;
  /** Those that owe a job, by id, a page at a time: what tasks are made from when all tasks are lost. */
  withJobs(after: string | null, limit: number, of?: Served): Promise<StoredInstance[]>;
  /** The versions of machines that instances are of. */
  versions(): Promise<{ machine: string; version: string }[]>;
  /**
   * The versions and states that there are, each with how many are in it and one of them, by id. A look at every instance. Rows that
   * can't be read are left out.
   */
  states(): Promise<StoredState[]>;
}
