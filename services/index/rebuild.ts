/**
 * Rebuild: the index made again from the facts, beside the one that serves, while searches and writes go on.
 *
 * 1. A new, empty index; and the row of targets says that it is being built. From then on no commit that promises an entry is
 *    believed unless the entry was written to both: the commit compares, in its own transaction.
 * 2. What was promised before is copied from the facts, page by page, until a whole pass finds nothing that the new index lacks.
 * 3. Searches turn to the new one, then writes, and the old one is dropped.
 *
 * A run that died is gone on with: its half-built index is in the row. Two at once do the same work twice, and harm nothing.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { LackingEntry } from '../../runtime/ports/resources.ts';
import type { IndexEntry, IndexGenerations, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';

/** Entries filled at once: some megabytes of text and vectors. */
const PAGE = 200;
/** Passes over what is lacking: each finds only what an edit of the last moments has set back. */
const MAX_PASSES = 100;

type Parts = { facts: Facts; index: SearchIndex; clock: Clock };
/**
 * missing: promised entries whose text or vector is not in the facts any more. They are in no index until the service, which finds that
 * they are lost, has made again what they are of.
 */
export type Rebuilt = { name: string; filled: number; missing: string[] };
export class CannotRebuild extends Error {}

/** The name of the index that entries are written to, which is chosen when nobody has yet. */
export async function liveIndex({ facts, clock }: Pick<Parts, 'facts' | 'clock'>): Promise<string> {
  for (;;) {
    const now = await facts.index_targets.get();
    if (now) return now.live;
    await facts.index_targets.move(null, { live: clock.newId(), building: null }); // another process may be first
  }
}

/** At the start of a process: there is an index to write to and to search, if it is one with names. */
export async function prepareIndex({ facts, index, clock }: Parts): Promise<void> {
  const { generations } = index;
  if (!generations) return;
  const live = await liveIndex({ facts, clock });
  const targets = await facts.index_targets.get();
  const served = await generations.served();
  if (served !== null && (served === targets?.live || served === targets?.building)) return;
  await generations.create(live); // new, or lost with its cluster: empty, until the comparison with the facts fills it
  await generations.promote(live);
}

/** `progress` is called after each page with the number of entries so far. */
export async function rebuildIndex(
  { facts, index, clock }: Parts,
  signal: AbortSignal,
  progress: (filled: number) => void | Promise<void>,
): Promise<Rebuilt> {
  const { generations } = index;
  if (!generations) throw new CannotRebuild('this index can not be built again beside itself');
  const { live, building } = await begun({ facts, clock, generations });
  const missing = new Set<string>();
  let filled = 0;
  for (let pass = 0; ; pass++) {
    if (pass === MAX_PASSES) throw new Error(`the new index still lacks entries after ${MAX_PASSES} passes`);
    const found = await fillPass({ facts, generations, building, missing, signal }, (more) => {
      filled += more;
      return progress(filled);
    });
    if (found === 0) break;
  }
  await generations.promote(building);
  const targets: IndexTargets = { live: building, building: null };
  if (!(await facts.index_targets.move({ live, building }, targets))) {
    const now = await facts.index_targets.get();
    if (now?.live !== building) throw new Error('somebody else has changed where entries are written');
  }
  await generations.promote(building); // a process that started just now may have turned searches back
  await generations.drop(live);
  return { name: building, filled, missing: [...missing] };
}

async function begun(parts: {
  facts: Facts;
  clock: Clock;
  generations: IndexGenerations;
}): Promise<{ live: string; building: string }> {
  const { facts, clock, generations } = parts;
  const now = await facts.index_targets.get();
  if (!now) throw new CannotRebuild('there is no index yet: start the service once');
  const building = now.building ?? clock.newId();
  await generations.create(building);
  if (now.building !== null) return { live: now.live, building };
  if (await facts.index_targets.move(now, { live: now.live, building })) return { live: now.live, building };
  await generations.drop(building);
  throw new CannotRebuild('another rebuild has just begun');
}

type Filling = { facts: Facts; generations: IndexGenerations; building: string; missing: Set<string>; signal: AbortSignal };

/** Returns how many entries it found lacking, those aside of which nothing is left to fill with. */
async function fillPass(
  { facts, generations, building, missing, signal }: Filling,
  filled: (entries: number) => void | Promise<void>,
) {
  let found = 0;
  let after: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const page: LackingEntry[] = await facts.resources.lackingIn(building, after, PAGE);
    const last = page.at(-1);
    if (!last) return found;
    after = last.resource_id;
    const wanted = page.filter(({ resource_id }) => !missing.has(resource_id));
    const entries = await Promise.all(wanted.map(async (one) => ({ one, entry: await entryOf(facts, one) })));
    const known = entries.flatMap(({ one, entry }) => (entry ? [{ one, entry }] : []));
    for (const { one, entry } of entries) if (!entry) missing.add(one.resource_id);
    if (known.length > 0)
      await generations.fill(
        building,
        known.map(({ entry }) => entry),
      );
    for (const { one } of known) await facts.resources.markIn(building, one.resource_id, one.seq);
    found += known.length;
    await filled(known.length);
  }
}

/** As it was promised: a revision determines its entry, so this is the same that was written then. */
export async function entryOf(
  facts: Pick<Facts, 'texts'>,
  { resource_id, org_id, indexed_revision, has_vector }: Omit<LackingEntry, 'seq'>,
): Promise<IndexEntry | null> {
  const scope = { org_id };
  const text = await facts.texts.textOf(scope, resource_id, indexed_revision);
  if (!text) return null;
  const embedding = has_vector ? await facts.texts.embeddingOf(scope, text.text_id) : null;
  if (has_vector && !embedding) return null;
  return { resource_id, org_id, revision: indexed_revision, saved: text.saved, vectors: embedding };
}
