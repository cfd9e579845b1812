/** Tasks made again when their store has lost them, or may have. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Tasks } from './ports.ts';
import type { Facts } from './ports-facts.ts';
import type { Served, StoredInstance } from './ports-instances.ts';
import type { SetAsides } from './set-aside.ts';

/** `served`: the versions whose tasks are made here. */
type Parts = {
  facts: Facts;
  tasks: Tasks;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  served: Served;
  set_asides: SetAsides;
};
type Each = (page: StoredInstance[]) => Promise<void>;

/**
 * When the store of tasks is not the one that the facts know, every job's task is looked at, at once.
 * - A new store is begun before that: one that takes no writes is known before the work. One that is begun already is joined:
 *   sweepers that see it at the same time do the work twice, and agree in the end.
 * - The facts know it after all were looked at: a crash in between, or a store that is lost again meanwhile, and it is done again.
 */
export function createRemake({ facts, tasks, clock, limits, log, served, set_asides }: Parts, look: Each) {
  let not_before = Number.NEGATIVE_INFINITY;

  return async (stopped: () => boolean): Promise<void> => {
    const kept = await tasks.epoch();
    if (kept !== null && kept === (await facts.upkeep.epoch())) return;
    if (clock.elapsed() < not_before) return;
    not_before = clock.elapsed() + limits.remake_pause_ms;
    const begun = kept ?? clock.mint();
    if (kept === null) await tasks.setEpoch(begun);
    let seen = 0;
    for (let after: string | null = null; !stopped(); ) {
      const unreadable: string[] = [];
      const page: StoredInstance[] = await facts.instances.withJobs(after, limits.sweep_batch, served, (error) => {
        unreadable.push(error.id);
        set_asides.found(error.id, error);
      });
      await look(page);
      if ((await tasks.epoch()) !== begun) return;
      seen += page.length;
      after = [...page.map(({ instance_id }) => instance_id), ...unreadable].sort().at(-1) ?? null;
      if (after === null) break;
    }
    if (stopped()) return;
    await facts.upkeep.setEpoch(begun);
    if (seen > 0) log.info({ instances: seen }, 'the store of tasks was new or in doubt: all tasks were looked at');
  };
}
