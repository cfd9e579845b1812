/** Parts of the facts that are about no picture: where entries are written, and the time and tasks of the service itself. */

/** Names of indexes that every write goes to: the one that searches read, and one that is being built beside it. */
export type IndexTargets = { live: string; building: string | null };
/** The row that says where entries are written, so that no process misses a rebuild. */
export interface IndexTargetsRow {
  get(): Promise<IndexTargets | null>;
  /** By compare-and-swap: false if it is no longer `from`. */
  move(from: IndexTargets | null, to: IndexTargets): Promise<boolean>;
}

/**
 * The row that service time is kept in. ticks: how many there were. ticked_at: the wall time of whoever made the last; null before the
 * first. service_at: service time then. settle_until: in service time, no timer of a picture fires before.
 */
export type TimeRow = { ticks: number; ticked_at: number | null; service_at: number; settle_until: number };

/** Service time, and the knowledge of which tasks exist. */
export interface Upkeep {
  time(): Promise<TimeRow>;
  /** By compare-and-swap: false if it is no longer `from`. */
  moveTime(from: TimeRow, to: TimeRow): Promise<boolean>;
  /** The database's own clock (epoch ms), for processes on several machines; null where the database is this process. */
  databaseTime(): Promise<number | null>;
  /** The epoch of the task store that all tasks were last made in. */
  epoch(): Promise<string | null>;
  setEpoch(epoch: string): Promise<void>;
}
