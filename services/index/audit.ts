/** Compares entries of the index with what is promised of them: after a wipe, a partial loss, an older copy, or a new analyser. */
import type { Clock } from '../../runtime/async/clock.ts';
import type { RuntimeLimits } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { EntryHead, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { PromisedEntry } from '../../runtime/ports/service-state.ts';

/** Between two counts that do not fit: a picture that was removed in between is in one of them only. */
const COUNT_AGAIN_MS = 200;
const COUNTS = 3;

type Parts = { facts: Pick<Facts, 'promised' | 'resources'>; index: SearchIndex };

/**
 * Those that the index lacks: it has none, a removed one, an older one, or one of a revision that was never made. At most as many as
 * `heads` takes. What does not fit is looked at twice, since pictures move between the two looks of one comparison.
 */
export async function findLost({ facts, index }: Parts, entries: PromisedEntry[]): Promise<PromisedEntry[]> {
  const lost: PromisedEntry[] = [];
  for (const [org_id, own] of byOrganisation(entries)) {
    const suspects = await unheld(index, org_id, own);
    if (suspects.length === 0) continue;
    const rows = await facts.resources.getMany(
      { org_id },
      suspects.map(({ resource_id }) => resource_id),
    );
    const seqs = new Map(rows.map(({ resource_id, seq }) => [resource_id, seq]));
    const unmoved = suspects.filter(({ resource_id, seq }) => seqs.get(resource_id) === seq);
    lost.push(...(await unheld(index, org_id, unmoved)));
  }
  return lost;
}

async function unheld(index: SearchIndex, org_id: string, entries: PromisedEntry[]): Promise<PromisedEntry[]> {
  if (entries.length === 0) return [];
  const found = await index.heads(
    { org_id },
    entries.map(({ resource_id }) => resource_id),
  );
  const heads = new Map(found.map((head) => [head.resource_id, head]));
  return entries.filter((entry) => !isHeld(entry, heads.get(entry.resource_id)));
}
const isHeld = ({ revision, indexed_revision }: PromisedEntry, head: EntryHead | undefined): boolean =>
  head !== undefined && !head.deleted && head.revision >= indexed_revision && head.revision <= revision;

function byOrganisation(entries: PromisedEntry[]): Map<string, PromisedEntry[]> {
  const groups = new Map<string, PromisedEntry[]>();
  for (const entry of entries) groups.set(entry.org_id, [...(groups.get(entry.org_id) ?? []), entry]);
  return groups;
}

/**
 * The cheap look: counts, and samples of the newest pictures, of those at a random place, and of the next ones in turn after `scrub`. It
 * costs the same whatever there is. Returns whether something is lost, and where the next look goes on.
 */
export async function sampleIndex(
  parts: Parts & { clock: Clock; limits: RuntimeLimits },
  scrub: string | null,
): Promise<{ lost: boolean; scrub: string | null }> {
  const { facts, clock, limits } = parts;
  if (await hasTooFew(parts)) return { lost: true, scrub };
  const limit = limits.index_sample;
  const newest = await facts.promised.page({ after: null, limit, newest: true });
  const random = await facts.promised.page({ after: await placeBetween(parts, clock.random()), limit });
  const next = await facts.promised.page({ after: scrub, limit });
  for (const { entries } of [newest, random, next]) if ((await findLost(parts, entries)).length > 0) return { lost: true, scrub };
  return { lost: false, scrub: next.next };
}

/** A whole index holds every INDEXED picture. (It may hold more: what is in the trash, and what is being indexed again.) */
async function hasTooFew({ facts, index, clock }: Parts & { clock: Clock }): Promise<boolean> {
  for (let n = 0; n < COUNTS; n++) {
    if (n > 0) await clock.sleep(COUNT_AGAIN_MS);
    const indexed = await facts.promised.count();
    if ((await index.count()) >= indexed) return false;
  }
  return true;
}

/** Ids begin with the time in 48 bits (UUIDv7, https://www.rfc-editor.org/rfc/rfc9562#section-5.7), so a time between is a place between. */
async function placeBetween({ facts }: Parts, part: number): Promise<string | null> {
  const ends = await facts.promised.ends();
  if (!ends) return null;
  const [first, last] = [timeOf(ends.first), timeOf(ends.last)];
  if (first === null || last === null) return null;
  const hex = Math.floor(first + (last - first) * part)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
function timeOf(id: string): number | null {
  const hex = id.replace('-', '').slice(0, 12);
  return /^[0-9a-f]{12}$/.test(hex) ? Number.parseInt(hex, 16) : null;
}
