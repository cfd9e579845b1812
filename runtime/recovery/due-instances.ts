/** The part of the sweep that checks due instances, each independently of the others. */

import type { Each } from '../async/each.ts';
import { type DueWant, inBatches } from '../instances/due.ts';
import { dueTimers, nextDueAt } from '../instances/timers.ts';
import { type StoredInstance, UnreadableError } from '../ports/instances.ts';
import { lateJob } from '../tasks/overtime.ts';
import type { Parts as SweepParts } from './sweep-parts.ts';

type Parts = Pick<SweepParts, 'facts' | 'engine' | 'kernel' | 'set_asides' | 'runs' | 'time' | 'clock' | 'limits' | 'origin'> & {
  each: Each;
};

type Claimed = StoredInstance | { instance_id: string; error: UnreadableError };

/** Returns a function that checks due instances, up to `sweep_batches` batches. */
export function createDueInstances(parts: Parts): (stopped: () => boolean) => Promise<void> {
  const { facts, engine, kernel, set_asides, runs, time, clock, limits, origin, each } = parts;

  async function claim(want: DueWant): Promise<Claimed[]> {
    const unreadable: Claimed[] = [];
    const onUnreadable = (error: UnreadableError) => void unreadable.push({ instance_id: error.id, error });
    const claimed = await facts.instances.claimDue({ ...want, of: kernel.served, unreadable: onUnreadable });
    return [...unreadable, ...claimed];
  }
  /** Sets an instance aside that can't be read or stepped. */
  async function checkOrSetAside(claimed: Claimed): Promise<void> {
    if ('error' in claimed) return set_asides.setAside(claimed.instance_id, claimed.error);
    try {
      if (!kernel.knowsState(claimed.instance))
        throw new UnreadableError('instances', claimed.instance_id, 'its state is unknown');
      if (claimed.set_aside) await takeBack(claimed);
      await check(claimed);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      await set_asides.setAside(claimed.instance_id, error);
    }
  }
  async function takeBack(claimed: StoredInstance): Promise<void> {
    const row = await facts.resources.get({ org_id: claimed.org_id }, claimed.instance_id);
    if (!row) throw new UnreadableError('resources', claimed.instance_id, 'its row is missing');
    await set_asides.takeBack(claimed);
  }
  /** Fires the due timers of an instance and checks its jobs. If it did not move, it is checked again later. */
  async function check(claimed: StoredInstance): Promise<void> {
    const stored = { ...claimed, instance: kernel.upgraded(claimed.instance) };
    const { instance_id, instance } = stored;
    const now = clock.serviceTime();
    const quiet_until = time.quietUntil(); // nothing irreversible happens right after a gap
    const quiet = now < quiet_until;
    let not_before = quiet ? quiet_until : now;
    for (const timer of quiet ? [] : dueTimers(instance, now)) {
      const fire = () => engine.deliver(instance_id, timer, origin);
      const late = lateJob(instance, timer.id, now, limits);
      if (late) {
        not_before = now + limits.overtime_look_ms;
        await runs.late(instance_id, late, fire);
      } else await fire();
    }
    await runs.check(stored);
    const next = nextDueAt(instance);
    await facts.instances.reschedule(instance_id, instance.seq, next === null ? null : Math.max(next, not_before));
  }
  return (stopped) => inBatches(parts, stopped, claim, (batch) => each(batch, checkOrSetAside));
}
