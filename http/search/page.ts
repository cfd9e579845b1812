/**
 * A page of hits: the index ranks, the facts decide. Each hit is looked up in SQL again, so that what was removed a moment ago is not
 * found whatever the index still holds, and a page that lost hits by it is refilled from further down.
 */
import { MAX_HITS, type SearchAnswer, type SearchRequest } from '../../contract/search.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { IndexPage, IndexQuery } from '../../runtime/ports/search-index.ts';
import type { KeyRequest } from '../context.ts';
import { phaseCounts } from './phase-facet.ts';
import { hiddenDuplicates } from './same-bytes.ts';
import { markOf, type SearchPosition } from './search-cursor.ts';

export type Ranked = Omit<IndexQuery, 'after' | 'except' | 'only' | 'limit'>;
export type Found = { row: ResourceRow; score: number };
/** next: where the next page begins; null at the end. */
export type SearchPage = Pick<IndexPage, 'total' | 'total_is_exact'> & {
  found: Found[];
  next: SearchPosition | null;
  facets: SearchAnswer['facets'];
};
/** all: pictures with the same bytes, each. by_phase: they are counted by phase too. */
type Wanted = {
  ranked: Ranked;
  position: SearchPosition | null;
  limit: number;
  phase: SearchRequest['phase'];
  all: boolean;
  by_phase: boolean;
};
type Hit = IndexPage['hits'][number];

/** How far a page has come. dropped: hits that the facts did not confirm, and duplicates. */
type Progress = { found: Found[]; dropped: number; marks: Set<string>; by_newest: boolean; after: SearchPosition['after'] };

/** Each round looks at so many times more hits: many in a row may be duplicates of one. */
const WIDER = 4;

/** Ends short, with a position to go on from, when too much of the ranking was not confirmed. */
export async function searchPage(
  call: KeyRequest,
  { ranked, position, limit, phase, all, by_phase }: Wanted,
): Promise<SearchPage> {
  const { deps, caller } = call;
  const { index, limits } = deps;
  const { ids: except, all: all_withdrawn } = await withdrawn(call);
  const by_newest = ranked.sort === 'newest' || position?.by_newest === true;
  const now: Progress = { found: [], dropped: 0, marks: new Set(position?.listed), by_newest, after: position?.after ?? null };
  let first: IndexPage | null = null;
  for (let round = 1; ; round += 1) {
    const wanted = limit - now.found.length;
    const reach = Math.min(MAX_HITS, wanted * WIDER ** (round - 1));
    const asked = Math.min(reach, limits.search_ranked) + now.marks.size;
    const listing = now.by_newest
      ? ({ sort: 'newest', after: now.after } as const)
      : ({ sort: ranked.sort, after: null } as const);
    const page = await index.search(caller.scope, { ...ranked, ...listing, except, limit: asked });
    first ??= page;
    const hide = all ? null : { ranked, except };
    const over = await taken(call, page, { now, wanted, reach, asked, phase, hide });
    if (over || now.found.length === limit || round === limits.search_rounds) {
      const { found, marks: listed, dropped, after } = now;
      const next = over ? null : { listed, by_newest: now.by_newest, after };
      const exact =
        first.total_is_exact &&
        dropped === 0 &&
        all_withdrawn &&
        phase === undefined &&
        !(position?.by_newest && ranked.mode !== 'text');
      const total = Math.max(first.total - dropped, found.length);
      const counted = by_phase ? await phaseCounts(call, { ranked, except, total: phase ? first.total : total }) : null;
      return { found, next, total, total_is_exact: exact, facets: { ...first.facets, ...(counted ? { phase: counted } : {}) } };
    }
  }
}

/** reach: hits that are looked at, of which `wanted` are taken. hide: the search in which duplicates are looked for; null: none is left out. */
type Taking = {
  now: Progress;
  wanted: number;
  reach: number;
  asked: number;
  phase: SearchRequest['phase'];
  hide: { ranked: Ranked; except: string[] } | null;
};
/** Takes from a page what was not listed before. True when there is nothing after it. */
async function taken(call: KeyRequest, page: IndexPage, { now, wanted, reach, asked, phase, hide }: Taking): Promise<boolean> {
  const fresh = page.hits.filter(({ resource_id }) => !now.marks.has(markOf(resource_id)));
  const looked = fresh.slice(0, now.by_newest ? reach : Math.min(reach, call.deps.limits.search_ranked - now.marks.size));
  const confirmed = await confirmedOf(call, looked, phase);
  const rows = [...confirmed.values()];
  const confirm = (ids: string[]) =>
    confirmedOf(
      call,
      ids.map((resource_id) => ({ resource_id })),
      phase,
    );
  const hidden = hide ? await hiddenDuplicates(call, { ...hide, rows, hits: page.hits, confirm }) : new Set<string>();
  const these: Hit[] = [];
  const most = now.found.length + wanted;
  for (const hit of looked) {
    if (now.found.length === most) break;
    const { resource_id, score } = hit;
    these.push(hit);
    const row = confirmed.get(resource_id);
    if (row && !hidden.has(resource_id)) now.found.push({ row, score });
    else now.dropped += 1;
    if (!now.by_newest) now.marks.add(markOf(resource_id));
  }
  const whole = page.hits.length < asked && these.length === fresh.length;
  if (now.by_newest) {
    now.after = positionAfter(page.hits, these, fresh) ?? now.after;
    return whole;
  }
  now.by_newest = whole || now.marks.size >= call.deps.limits.search_ranked;
  return whole && page.total <= page.hits.length;
}

/** After the last that was taken; if all were, after the last of the page, which may have been listed before. */
function positionAfter(hits: Hit[], these: Hit[], fresh: Hit[]): SearchPosition['after'] {
  const last = these.length === fresh.length ? hits.at(-1) : these.at(-1);
  return last ? { created_at: last.created_at, resource_id: last.resource_id } : null;
}

/** What readers are not to see though the index still holds it, such as the trash. all: false if there is more. */
async function withdrawn({ deps, caller }: KeyRequest): Promise<{ ids: string[]; all: boolean }> {
  const most = deps.limits.search_withdrawn;
  const ids = await deps.facts.resources.withdrawn(caller.scope, most + 1);
  return { ids: ids.slice(0, most), all: ids.length <= most };
}

async function confirmedOf(
  { deps, caller }: KeyRequest,
  hits: Pick<Hit, 'resource_id'>[],
  phase: SearchRequest['phase'],
): Promise<Map<string, ResourceRow>> {
  const ids = hits.map(({ resource_id }) => resource_id);
  const rows = ids.length === 0 ? [] : await deps.facts.resources.getMany(caller.scope, ids);
  return new Map(
    rows.filter((row) => row.searchable && (!phase || phase.includes(row.phase))).map((row) => [row.resource_id, row]),
  );
}
