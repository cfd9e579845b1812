/** Parts of the facts that belong to no picture: index targets, retention, periodic jobs and service time. */

import type { Json } from '../../contract/json.ts';

/** Names of indexes that every write goes to: the one that searches read, and one that is being built beside it. */
export type IndexTargets = { live: string; building: string | null };
/** The row with the targets of index entries, so that no process misses a rebuild. */
export interface IndexTargetsRow {
  get(): Promise<IndexTargets | null>;
  /** By compare-and-swap: false if it is no longer `from`. */
  move(from: IndexTargets | null, to: IndexTargets): Promise<boolean>;
}

/** An entry that the index is promised to hold: of a picture that a search is to find. */
export type PromisedEntry = { resource_id: string; org_id: string; seq: number; revision: number; indexed_revision: number };
/** What the index must hold, in all organisations. For the comparison of the two. */
export interface Promised {
  /**
   * Reads `limit` resources after this id (by id; `newest`: falling, from the end), and returns the entries promised of them, which may be
   * none. next: where to go on; null: there are no more.
   */
  page(want: {
    after: string | null;
    limit: number;
    newest?: boolean;
  }): Promise<{ entries: PromisedEntry[]; next: string | null }>;
  /** The number of INDEXED pictures: a whole index holds at least as many entries. */
  count(): Promise<number>;
  /** The smallest and the greatest id; null: there is none. */
  ends(): Promise<{ first: string; last: string } | null>;
}

/** Removal of expired rows. Times are wall time. Each call is one short transaction, and returns how many rows it removed. */
export interface Retention {
  /**
   * Results that no next run can take, received before `superseded_before`: the picture has a later recognition, or is gone. And all that
   * were received before `before`.
   */
  callbacks(want: { superseded_before: number; before: number; limit: number }): Promise<number>;
  idempotencyKeys(before: number, limit: number): Promise<number>;
  /** Keys that were revoked before `before`, whose names begin with `name`. */
  revokedKeys(name: string, before: number, limit: number): Promise<number>;
  /** The row of a picture that is gone, its instance, its journal and what else names it. False: it is not gone, or not there. */
  tombstone(scope: { org_id: string }, resource_id: string): Promise<boolean>;
}

/** A look at the bytes of a picture for what late writers left there, after they were removed. `due_at`: wall time. `round`: from 0. */
export type Cleanup = { resource_id: string; org_id: string; due_at: number; round: number };
/** Planned by commits, in the same transaction: a run that nobody wants any more may still write. */
export interface Cleanups {
  /** Those due at `now`, at most `limit`, as they are from then on: due at `until`, so that none is handed to anyone else before. */
  claimDue(want: { now: number; until: number; limit: number }): Promise<Cleanup[]>;
  /** Its next round; null: it is done. Nothing, if it was planned anew since it was claimed. */
  move(claimed: Cleanup, next: { due_at: number; round: number } | null): Promise<void>;
}

/** Periodic work that one process does for all. `until`, `now`: wall time. */
export interface PeriodicJobs {
  /** Takes the job until `until`, unless another process holds it. Returns its saved state; 'taken': another holds it. */
  take(name: string, want: { owner: string; now: number; until: number }): Promise<{ state: Json } | 'taken'>;
  /** Saves the state and holds the job until `until`. Returns false if another process holds it, and nothing was saved. */
  keep(name: string, want: { owner: string; until: number; state: Json }): Promise<boolean>;
  /** The state saved last, by any process. null: nothing yet. */
  state(name: string): Promise<Json>;
}

/**
 * The row that service time is kept in. ticks: how many there were. ticked_at: the wall time of whoever made the last; null before the
 * first. service_at: service time then. settle_until: in service time, no timer of a picture fires before.
 */
export type TimeRow = { ticks: number; ticked_at: number | null; service_at: number; settle_until: number };

/** Service time, and the knowledge of which tasks exist. */
export interface ServiceState {
  time(): Promise<TimeRow>;
  /** By compare-and-swap: false if it is no longer `from`. */
  moveTime(from: TimeRow, to: TimeRow): Promise<boolean>;
  /** The database's own clock (epoch ms), for processes on several machines; null where the database is this process. */
  databaseTime(): Promise<number | null>;
  /** The epoch of the task store that all tasks were last made in. */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
  /** The fingerprint of the machines for which all instances were last checked; null: never. */
  checkedFor(): Promise<string | null>;
  setCheckedFor(machines: string): Promise<void>;
}
