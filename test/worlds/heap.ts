/** The heap after everything that can be collected has been collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collections a measurement: what the first one finalizes is freed by those after it. */
const COLLECTIONS = 4;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes in use by JavaScript objects of this thread. */
export async function heapInUse(): Promise<number> {
  if (typeof collect !== 'function') throw new Error('V8 has no gc function');
  for (let n = 0; n < COLLECTIONS; n++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve)); // finalizers run between two collections
  }
  return process.memoryUsage().heapUsed;
}
