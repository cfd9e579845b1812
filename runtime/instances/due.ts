/**
 * What is due: timers of instances, and jobs whose dispatch may be lost. A scheduler (the sweep, or a periodic job) runs a round:
 *
 * 1. The store keeps, with each commit, when an instance must be checked next: `nextDueAt`, or `nextCheckAt` where jobs are not looked
 *    after by passes of their own, as those of resources are.
 * 2. A round claims instances that are due; the claim sets their time to `until`, so that no other process gets them before, and one whose
 *    check fails is claimed again.
 * 3. Each is checked independently of the others: its timers are fired, and its jobs dispatched again. A timer or a job that has meanwhile
 *    gone is stale by its token.
 */
import type { Clock } from '../async/clock.ts';
import type { Each } from '../async/each.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Host } from './host.ts';

/** At most `limit` of those due at `now`, none of which is handed out again before `until` (service time). */
export type DueWant = { now: number; until: number; limit: number };
type RoundParts = {
  clock: Pick<Clock, 'serviceTime'>;
  limits: Pick<RuntimeLimits, 'claim_ms' | 'sweep_batch' | 'sweep_batches'>;
};

/** Claims what is due and works on it, up to `sweep_batches` batches, until one is not full or it is stopped. */
export async function inBatches<Item>(
  { clock, limits }: RoundParts,
  stopped: () => boolean,
  claim: (want: DueWant) => Promise<Item[]>,
  work: (batch: Item[]) => Promise<void>,
): Promise<void> {
  for (let batch = 0; batch < limits.sweep_batches && !stopped(); batch++) {
    const now = clock.serviceTime();
    const limit = limits.sweep_batch;
    const claimed = await claim({ now, until: now + limits.claim_ms, limit });
    await work(claimed);
    if (claimed.length < limit) return;
  }
}

type CheckParts<C> = RoundParts & {
  host: Pick<Host<never, C>, 'check'>;
  /** Claims the ids of instances of the versions that the machine serves. */
  claimDue(want: DueWant): Promise<string[]>;
  /** The details of a timer's command. */
  detail: C;
  each: Each;
};

/** Returns a round over the due instances of a host. One that fails is logged, and claimed again after `claim_ms`. */
export const createDueRound =
  <C>({ host, claimDue, detail, each, ...parts }: CheckParts<C>) =>
  (stopped: () => boolean): Promise<void> =>
    inBatches(parts, stopped, claimDue, (ids) =>
      each(
        ids.map((instance_id) => ({ instance_id })),
        ({ instance_id }) => host.check(instance_id, detail),
      ),
    );
