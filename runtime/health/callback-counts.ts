/** How many callbacks of providers this process has taken and refused since its start, for operators. */

/**
 * taken: given to the work that waits for it. stale: kept, since nobody waits for it now. repeated: it was here before. unusable: not of the
 * protocol, or of other work than its address. unknown: no such picture, or not any more. forged: its signature, or that of its address, is
 * none of ours.
 */
export const CALLBACK_COUNTS = ['taken', 'stale', 'repeated', 'unusable', 'unknown', 'forged'] as const;
export type CallbackCount = (typeof CALLBACK_COUNTS)[number];

export interface CallbackCounts {
  add(of: CallbackCount): void;
  /** Since the start of this process. */
  all(): Record<CallbackCount, number>;
}

export function createCallbackCounts(): CallbackCounts {
  const counts: Record<CallbackCount, number> = { taken: 0, stale: 0, repeated: 0, unusable: 0, unknown: 0, forged: 0 };
  return {
    add: (of) => {
      counts[of] += 1;
    },
    all: () => ({ ...counts }),
  };
}
