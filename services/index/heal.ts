/**
 * Makes entries again that the index has lost: INDEX_LOST, a batch at a time, the next one when those before are at rest. So the index,
 * the database and the events of an organisation have little of it at once, and pictures of people are not held up behind it.
 */
import { Problem } from '../../contract/problems.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { RuntimeLimits } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { PromisedEntry } from '../../runtime/ports/service-state.ts';
import type { Engine, Origin } from '../../runtime/resources/engine.ts';

export type HealParts = {
  facts: Facts;
  engine: Pick<Engine, 'send'>;
  clock: Clock;
  limits: RuntimeLimits;
  origin: Origin;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
};
/** What was to be made again is not in yet: the index is unavailable, say. */
export class StillHealing extends Error {}

/**
 * `hold` is called from time to time while it waits. Throws StillHealing after `index_heal_wait_ms`. Done again it does no harm:
 * INDEX_LOST names the revision, and is refused when the entry was made again.
 */
export async function healIndex(parts: HealParts, lost: PromisedEntry[], hold: () => Promise<void>): Promise<void> {
  const { facts, clock, limits, stopping } = parts;
  await Promise.all(lost.map((one) => report(parts, one)));
  const began = clock.elapsed();
  let held_at = began;
  while (await anyAtWork(facts, lost)) {
    if (clock.elapsed() - began > limits.index_heal_wait_ms) throw new StillHealing();
    await clock.sleep(limits.index_heal_look_ms, stopping);
    if (clock.elapsed() - held_at < limits.index_hold_ms / 4) continue;
    await hold();
    held_at = clock.elapsed();
  }
}

async function report({ engine, origin }: HealParts, lost: PromisedEntry): Promise<void> {
  const { org_id, resource_id, indexed_revision: revision } = lost;
  try {
    await engine.send({ scope: { org_id }, resource_id }, () => ({ event: { type: 'INDEX_LOST', revision } }), origin);
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // removed meanwhile, or others kept changing it: the next comparison sees it
  }
}

async function anyAtWork({ resources }: Facts, entries: PromisedEntry[]): Promise<boolean> {
  for (const org_id of new Set(entries.map((one) => one.org_id))) {
    const ids = entries.filter((one) => one.org_id === org_id).map(({ resource_id }) => resource_id);
    if ((await resources.getMany({ org_id }, ids)).some(({ rests }) => !rests)) return true;
  }
  return false;
}

/** Tells organisations that searches may not find all, and later that they do again. */
export async function reportSearch(
  { facts, clock }: Pick<HealParts, 'facts' | 'clock'>,
  type: 'search.incomplete' | 'search.complete',
  { orgs, since }: { orgs: string[]; since: number },
): Promise<void> {
  const payload = { since: new Date(since).toISOString() };
  for (const org_id of orgs) await facts.outbox.append(org_id, { id: clock.newId(), type, at: clock.now(), payload });
}
