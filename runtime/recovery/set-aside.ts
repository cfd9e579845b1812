/**
 * Sets aside pictures whose rows can't be read: each alone, visible to an operator, and checked again periodically. A repaired one goes on
 * without further action.
 */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { Conditions } from '../health/conditions.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Instances, StoredInstance } from '../ports/instances.ts';

export type Parts = {
  instances: Pick<Instances, 'setAside' | 'takeBack' | 'listSetAside'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  conditions: Pick<Conditions, 'set' | 'clear'>;
};
export type SetAsides = ReturnType<typeof createSetAsides>;

const CONDITION = 'pictures_set_aside';

export function createSetAsides({ instances, clock, limits, log, conditions }: Parts) {
  const { set_aside_look_min_ms: min, set_aside_look_max_ms: max } = limits;
  /** By id: when this process found it so. Bounded by what is looked at meanwhile. */
  const first_found = new Map<string, number>();

  function nextLook(instance_id: string): number {
    const now = clock.serviceTime();
    const since = first_found.get(instance_id) ?? now;
    if (first_found.size < limits.remembered_instances) first_found.set(instance_id, since);
    return now + Math.min(Math.max(now - since, min), max); // at doubling distances
  }
  async function setAside(instance_id: string, error: unknown): Promise<void> {
    const at = clock.now();
    const reason = error instanceof Error ? error.message : String(error);
    const is_new = await instances.setAside(instance_id, { at, reason, next_due_at: nextLook(instance_id) });
    if (!is_new) return; // logged before
    log.error(
      { event: 'resource.set_aside', err: error, resource_id: instance_id },
      'a picture is set aside: its row cannot be read; the others go on',
    );
    await review();
  }
  /** Updates the condition that names the pictures that are set aside. */
  async function review(): Promise<void> {
    const all = await instances.listSetAside(null, MAX_NAMED + 1);
    if (all.length === 0) conditions.clear(CONDITION);
    else conditions.set(CONDITION, describe(all.map(({ instance_id }) => instance_id)));
  }
  return {
    review,
    /** Throws what the facts throw. */
    setAside,
    /** Sets it aside in the background: a failure is logged, and the next check sets it aside. */
    report(instance_id: string, error: unknown): void {
      setAside(instance_id, error).catch((err: unknown) =>
        log.warn(
          { event: 'resource.set_aside_failed', err, resource_id: instance_id },
          'could not set a picture aside whose row cannot be read; the sweep will',
        ),
      );
    },
    /** Resumes a picture whose rows can be read again. */
    async takeBack({ instance_id }: StoredInstance): Promise<void> {
      await instances.takeBack(instance_id);
      first_found.delete(instance_id);
      log.info(
        { event: 'resource.taken_back', resource_id: instance_id },
        'a picture that was set aside can be read again, and goes on',
      );
      await review();
    },
  };
}

/** Ids named in the condition. */
const MAX_NAMED = 3;
function describe(ids: string[]): string {
  const named = ids.slice(0, MAX_NAMED).join(', ');
  const more = ids.length > MAX_NAMED ? ' and more' : '';
  return `pictures are set aside since their rows cannot be read (${named}${more}): see \`tuodi explain\`; restore the rows from a backup or mend them`;
}
