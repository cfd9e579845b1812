/** Several pieces of work beside one another. */
import type { Logger } from 'pino';
import { isLaterVersion } from './turn.ts';

export type Each = <Item>(items: Item[], work: (item: Item) => Promise<unknown>) => Promise<void>;

/** One that fails does not keep the others from being done; it is claimed again later. */
export const eachBeside =
  (log: Logger): Each =>
  async (items, work) => {
    const rejected = (await Promise.allSettled(items.map(work))).filter((result) => result.status === 'rejected');
    const failed = rejected.filter(({ reason }) => !isLaterVersion(reason)); // upgraded since it was claimed: no longer ours
    const err: unknown = failed[0]?.reason;
    if (failed.length > 0) log.error({ err, failed: failed.length }, 'the sweep could not help some; it comes again');
  };
