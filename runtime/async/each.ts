/** Runs work on many items concurrently. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RuntimeLimits } from '../limits.ts';
import { isLaterVersion } from '../resources/problems.ts';

/** What names an item in the log. */
type Named = { instance_id?: string; resource_id?: string; task_id?: string };
export type Each = <Item extends Named>(items: Item[], work: (item: Item) => Promise<unknown>) => Promise<void>;
/** Items named in one line of the log. */
const MAX_NAMED = 20;

/** An item that fails does not stop the others: it is logged with its id, and claimed again later. The event loop runs between slices. */
export function concurrently({ log, limits }: { log: Logger; limits: Pick<RuntimeLimits, 'sweep_slice'> }): Each {
  return async (items, work) => {
    const failed: { item: Named; reason: unknown }[] = [];
    for (let from = 0; from < items.length; from += limits.sweep_slice) {
      const slice = items.slice(from, from + limits.sweep_slice);
      for (const [n, result] of (await Promise.allSettled(slice.map(work))).entries()) {
        const item = slice[n];
        if (!item || result.status === 'fulfilled' || isLaterVersion(result.reason)) continue; // upgraded since it was claimed: no longer ours
        failed.push({ item, reason: result.reason });
      }
      await turnOfTheLoop();
    }
    if (failed.length === 0) return;
    const named = failed.slice(0, MAX_NAMED).map(({ item }) => item);
    const resource_ids = named.flatMap(({ resource_id, instance_id }) => resource_id ?? instance_id ?? []);
    const task_ids = named.flatMap(({ task_id }) => task_id ?? []);
    const fields = { err: failed[0]?.reason, failed: failed.length, resource_ids, task_ids };
    log.error({ event: 'sweep.items_failed', ...fields }, `the sweep failed for ${failed.length} items; it tries them again`);
  };
}
