/** The port that counts what callers use, in windows of time. */

/** `points` in `window_s`, which begins with the first that is spent. */
export type RatePolicy = { name: string; points: number; window_s: number };
/** remaining: points that are left; reset_ms: until all are there again. */
export type Spent = { is_over: boolean; remaining: number; reset_ms: number };

/** Shared by all processes where its store is; else of this process alone. */
export interface Rates {
  /** Spends points of a caller's, also when none are left. While its store is away, each process counts by itself: nobody is refused for that. */
  spend(policy: RatePolicy, subject: string, points: number): Promise<Spent>;
}
