/** What operators see of all pictures at once. Each call reads a bounded number of rows, however many there are. A scope of null is all. */
import type { RemarkCode } from '../../contract/remark-codes.ts';
import type { Status } from '../../contract/statuses.ts';
import type { StoredInstance } from './instances.ts';
import type { Scope } from './scope.ts';

/** is_exact: false where there are more than were counted. oldest_since: wall time; see `waits_since` of a resource. */
export type StatusCount = { status: Status; count: number; is_exact: boolean; oldest_since: number | null };
/** due_at: service time. */
export type DueInstance = { instance_id: string; org_id: string; due_at: number };

export interface Overview {
  /** Statuses that pictures are in. */
  statuses(scope: Scope | null): Promise<StatusCount[]>;
  /** Since when the picture waits that has waited longest, among those complete, unfailed and not found by a search; null: there is none. */
  lagsSince(scope: Scope | null): Promise<number | null>;
  /** Pictures with a remark of each code that has any, counted up to a bound. */
  remarks(scope: Scope | null): Promise<{ code: RemarkCode; count: number; is_exact: boolean }[]>;
  /** When the timer was due that is overdue longest, by service time; null: none has one. */
  oldestDue(): Promise<number | null>;
  /** Instances that were due before `before` (service time), those overdue longest first. */
  dueBefore(scope: Scope | null, before: number, limit: number): Promise<DueInstance[]>;
  /** Instances with jobs whose next timer is between, by that timer; those that can't be read are left out. */
  withJobsDue(scope: Scope | null, between: { from: number; to: number }, limit: number): Promise<StoredInstance[]>;
}
