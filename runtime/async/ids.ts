/** UUIDs of version 7, in the order in which this process made them. */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes of an id, and how many ids one call to the system's generator is for: a call costs 15 times as much as its bytes. */
const BYTES = 16;
const IDS = 256;

/** `now`: epoch ms. An id of the same millisecond, or of one before the last (a clock set back), counts on from the last one. */
export function createIds(now: () => number): () => string {
  const pool = new Uint8Array(BYTES * IDS);
  let used = pool.length;
  let msecs = Number.NEGATIVE_INFINITY;
  let seq = 0;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + BYTES);
    used += BYTES;
    const at = now();
    if (at > msecs) {
      msecs = at;
      seq = firstOf(random);
    } else {
      seq = (seq + 1) | 0;
      if (seq === 0) msecs++;
    }
    return v7({ random, msecs, seq });
  };
}

/** The first number of a millisecond: 31 random bits, so that there is room above it. */
const firstOf = (random: Uint8Array): number => new DataView(random.buffer, random.byteOffset).getInt32(6) & 0x7fffffff;
