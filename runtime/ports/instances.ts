/** The part of the facts that is about running lifecycles, whatever their machine. */
import type { Instance } from '../../machines/interpreter.ts';

/** `set_aside`: it could not be read when it was looked at before. */
export type StoredInstance = { instance_id: string; org_id: string; instance: Instance; set_aside?: true };

/** A row that holds what no version of this program writes: a disk that failed, or a hand in the database. */
export class UnreadableError extends Error {
  readonly table: string;
  readonly id: string;
  constructor(table: string, id: string, cause: unknown) {
    super(`${table} ${id} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnreadableError';
    this.table = table;
    this.id = id;
  }
}
/** since: the wall time at which it was first found so. */
export type SetAside = { instance_id: string; org_id: string; since: number; reason: string };
/** Called for each row of a page that can't be read; the others of the page are returned. */
export type OnUnreadable = (error: UnreadableError) => void;

/** Versions of a machine. */
export type Served = { machine: string; versions: readonly string[] };
/** state: `snapshot.value` as JSON. late: how many of them should have been looked at earlier. */
export type StoredState = { machine: string; version: string; state: string; count: number; late: number; instance_id: string };
export interface Instances {
  /** Throws UnreadableError. */
  load(instance_id: string): Promise<StoredInstance | null>;
  /**
   * Claims instances due at `now`, at most `limit`; none is handed out again before `until`. Leaves `seq` alone. `of`: of these
   * versions only; the others, and when they are due, are left to processes of theirs. `unreadable`: of the claimed, beside those returned.
   */
  claimDue(want: {
    now: number;
    until: number;
    limit: number;
    of?: Served;
    unreadable?: OnUnreadable;
  }): Promise<StoredInstance[]>;
  /** Sets when the sweep looks next, unless the instance has moved on from `seq`. */
  reschedule(instance_id: string, seq: number, next_due_at: number | null): Promise<void>;
  /** When the sweep checks it next, in service time; null: it has no timer, or there is no such instance. */
  nextDueAt(instance_id: string): Promise<number | null>;
  /** Instances with pending jobs, by id, a page at a time: tasks are rebuilt from them. */
  withJobs(after: string | null, limit: number, of?: Served, unreadable?: OnUnreadable): Promise<StoredInstance[]>;
  /**
   * Notes that it can't be read, for an operator, and when the sweep looks again. `at`: wall time. False: it was set aside before, since
   * when it is; or there is no such instance.
   */
  setAside(instance_id: string, why: { at: number; reason: string; next_due_at: number }): Promise<boolean>;
  /** It is read again. */
  takeBack(instance_id: string): Promise<void>;
  /** Those that are set aside, by id. */
  listSetAside(after: string | null, limit: number): Promise<SetAside[]>;
  /** The versions of machines that instances are of. */
  versions(): Promise<{ machine: string; version: string }[]>;
  /**
   * The versions and states that there are, each with how many are in it and one of them, by id. A look at every instance. Rows that
   * can't be read are left out. org_id: of that organisation alone. late_before: those due before then are late (service time, ms).
   */
  states(of?: { org_id?: string; late_before?: number }): Promise<StoredState[]>;
}
