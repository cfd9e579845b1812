/** The heap after everything that can be collected has been collected. */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collections a look: what the first one finalizes is freed by those after it. */
const COLLECTIONS = 4;
/** Over several rounds of a sweep: one round may hold megabytes while it is at work, and none holds them through all looks. */
const LOOKS = 10;
const LOOK_EVERY_MS = 37;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes in use by JavaScript objects of this thread, at the least of several looks: what is kept is there at each of them. */
export async function heapInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    await pause(LOOK_EVERY_MS);
    least = Math.min(least, await heapNow());
  }
  return least;
}

async function heapNow(): Promise<number> {
  if (typeof collect !== 'function') throw new Error('V8 has no gc function');
  for (let n = 0; n < COLLECTIONS; n++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve)); // finalizers run between two collections
  }
  return process.memoryUsage().heapUsed;
}
