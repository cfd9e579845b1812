/** The port that counts the points of callers, in windows of time. */

/** `points` in `window_s` seconds, which begin with the first point spent. */
export type RatePolicy = { name: string; points: number; window_s: number };
/** remaining: points that are left; reset_ms: until all are there again. */
export type Spent = { is_over: boolean; remaining: number; reset_ms: number };

/** Shared by all processes where its store is shared; else of this process alone. */
export interface Rates {
  /** Spends points of a caller, also when none are left. While its store is unavailable, each process counts by itself and refuses nobody. */
  spend(policy: RatePolicy, subject: string, points: number): Promise<Spent>;
}
