/** Several pieces of work beside one another. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RuntimeLimits } from '../limits.ts';
import { isLaterVersion } from '../resources/step-loop.ts';

export type Each = <Item>(items: Item[], work: (item: Item) => Promise<unknown>) => Promise<void>;

/** One that fails does not keep the others from being done; it is claimed again later. Between slices the event loop goes on. */
export function concurrently({ log, limits }: { log: Logger; limits: Pick<RuntimeLimits, 'sweep_slice'> }): Each {
  return async (items, work) => {
    const failed: unknown[] = [];
    for (let from = 0; from < items.length; from += limits.sweep_slice) {
      const results = await Promise.allSettled(items.slice(from, from + limits.sweep_slice).map(work));
      const rejected = results.filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason);
      failed.push(...rejected.filter((reason) => !isLaterVersion(reason))); // upgraded since it was claimed: no longer ours
      await turnOfTheLoop();
    }
    if (failed.length > 0) log.error({ err: failed[0], failed: failed.length }, 'the sweep could not help some; it comes again');
  };
}
