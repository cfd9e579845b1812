/** A comparison of the whole index with the facts, page by page: it goes on where it was when its process died, or the index was unavailable. */
import { z } from 'zod';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { PromisedEntry } from '../../runtime/ports/service-state.ts';
import { findLost } from './audit.ts';
import { type HealParts, healIndex, reportSearch } from './heal.ts';

/** `identity`: of the index that is compared. `after`: compared up to this id. `told`: organisations that were notified. */
export const Pass = z.object({
  identity: z.string(),
  after: z.string().nullable(),
  lost: z.int(),
  since: z.number(),
  told: z.array(z.string()),
});
export type Pass = z.infer<typeof Pass>;
export const newPass = (identity: string, since: number): Pass => ({ identity, after: null, lost: 0, since, told: [] });

/** Maximum organisations that are notified of one comparison: its stored state is bounded. Others are notified of their pictures alone. */
const MAX_REPORTED = 1_000;
/** An index that is replaced again and again while it is compared is compared again at the next look. */
const ROUNDS = 3;

/** `keep`: of what was done up to now. Throws when others have the work. `found`: something is lost. */
export type CompareParts = HealParts & { index: SearchIndex; keep: (pass: Pass) => Promise<void>; found: (pass: Pass) => void };

/** All that was lost is in again when it resolves; again from the beginning if the index was replaced meanwhile. */
export async function compareIndex(parts: CompareParts, begun: Pass): Promise<Pass> {
  let pass = begun;
  for (let round = 0; round < ROUNDS; round++) {
    pass = await once(parts, pass);
    const identity = await parts.index.identity();
    if (identity === pass.identity) return pass;
    pass = { ...pass, identity, after: null };
    await parts.keep(pass);
  }
  throw new Error(`the index was replaced ${ROUNDS} times while it was compared`);
}

async function once(parts: CompareParts, begun: Pass): Promise<Pass> {
  const { facts, clock, limits, stopping, keep } = parts;
  let pass = begun;
  let kept_at = clock.elapsed();
  for (;;) {
    stopping.throwIfAborted();
    const began = clock.elapsed();
    const { entries, next } = await facts.promised.page({ after: pass.after, limit: limits.index_page });
    const lost = await findLost(parts, entries);
    for (let from = 0; from < lost.length; from += limits.index_heal_batch)
      pass = await healed(parts, pass, lost.slice(from, from + limits.index_heal_batch));
    pass = { ...pass, after: next };
    if (next === null) return pass;
    if (lost.length > 0 || clock.elapsed() - kept_at > limits.index_hold_ms / 4) {
      await keep(pass);
      kept_at = clock.elapsed();
    }
    await clock.sleep(clock.elapsed() - began, stopping);
  }
}

/** The state names the organisations of a batch before they are notified, so that a crash in between forgets none. */
async function healed(parts: CompareParts, before: Pass, lost: PromisedEntry[]): Promise<Pass> {
  const not_notified = [...new Set(lost.map(({ org_id }) => org_id))].filter((org_id) => !before.told.includes(org_id));
  const orgs = not_notified.slice(0, MAX_REPORTED - before.told.length);
  const pass = { ...before, lost: before.lost + lost.length, told: [...before.told, ...orgs] };
  parts.found(pass);
  await parts.keep(pass);
  await reportSearch(parts, 'search.incomplete', { orgs, since: pass.since });
  await healIndex(parts, lost, () => parts.keep(pass));
  return pass;
}
