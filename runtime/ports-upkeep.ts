/** Parts of the facts that are about no picture: where entries are written, and the time and tasks of the service itself. */

/** Names of indexes that every write goes to: the one that searches read, and one that is being built beside it. */
export type IndexTargets = { live: string; building: string | null };
/** The row that says where entries are written, so that no process misses a rebuild. */
export interface IndexTargetsRow {
  get(): Promise<IndexTargets | null>;
  /** By compare-and-swap: false if it is no longer `from`. */
  move(from: IndexTargets | null, to: IndexTargets): Promise<boolean>;
}

/** The row that service time, and the knowledge of which tasks exist, are kept in. */
export interface Upkeep {
  /**
   * Says that a sweep runs at `wall`. A pause since the last one of more than `max_gap_ms`, or a clock that went back by more than that
   * (less: another sweeper's clock is ahead of this one's), is added to `offset_ms`, so that service time (`wall - offset_ms`) stood
   * still meanwhile. Moved by compare-and-swap: one sweeper adds a gap once.
   */
  tick(wall: number, max_gap_ms: number): Promise<{ offset_ms: number; gap_ms: number }>;
  /** The database's own clock (epoch ms), for processes on several machines; null where the database is this process. */
  databaseTime(): Promise<number | null>;
  /** As the last tick left it; offset 0 before the first. */
  offset(): Promise<number>;
  /** The epoch of the task store that all tasks were last made in. */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
}
