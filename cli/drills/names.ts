/** The names of the drills. */
export const DRILL_NAMES = ['flush-redis', 'wipe-index', 'kill-worker', 'provider-down', 'lose-callbacks'] as const;
export type DrillName = (typeof DRILL_NAMES)[number];
