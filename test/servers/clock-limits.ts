/** Ticks come often, so that a test takes seconds; the limits of the trash are as they are. The clock is never put right. */
export const CLOCK_LIMITS = { tick_interval_ms: 200, sweep_interval_ms: 50, settle_ms: 400, clock_interval_ms: 3_600_000 };
export const LINK_EXPIRY_MS = 2_000;
