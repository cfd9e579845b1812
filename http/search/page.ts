/**
 * A page of hits: the index ranks, the facts decide. Each hit is looked up in SQL again, so that what was removed a moment ago is not
 * found whatever the index still holds, and a page that lost hits by it is refilled from further down.
 */
import { MAX_HITS, type SearchAnswer } from '../../contract/search.ts';
import { timeSlices } from '../../runtime/async/time-slice.ts';
import type { IndexPage } from '../../runtime/ports/search-index.ts';
import { inOrder, type ReadTexts, WINDOW } from '../../runtime/search/lower-tiers.ts';
import type { KeyRequest } from '../context.ts';
import { type Below, below, NOTHING_BELOW } from './below.ts';
import { type Confirm, confirmer } from './confirm.ts';
import { phaseCounts } from './phase-facet.ts';
import { textsReader } from './read-texts.ts';
import { hiddenDuplicates } from './same-bytes.ts';
import { markOf, type SearchPosition } from './search-cursor.ts';
import type { Found, Progress, Ranked, Wanted } from './wanted.ts';

/** next: where the next page begins; null at the end. */
export type SearchPage = Pick<IndexPage, 'total' | 'total_is_exact'> & {
  found: Found[];
  next: SearchPosition | null;
  facets: SearchAnswer['facets'];
  below: Below;
};
type Hit = IndexPage['hits'][number];

/** Each round looks at so many times more hits: many in a row may be duplicates of one. */
const WIDER = 4;

/** Ends short, with a position to go on from, when too much of the ranking was not confirmed. */
export async function searchPage(call: KeyRequest, wanted: Wanted): Promise<SearchPage> {
  const { deps } = call;
  const { ranked, position, limit, phase, all, by_phase } = wanted;
  const { ids: except, all: all_withdrawn } = await withdrawn(call);
  const by_newest = ranked.sort === 'newest' || position?.by_newest === true;
  const now: Progress = { found: [], dropped: 0, marks: new Set(position?.listed), by_newest, after: position?.after ?? null };
  const rest = timeSlices(deps.clock, deps.limits.slice_ms);
  const { confirm, textIds, textIdsOfRows } = confirmer(call, phase);
  const read = textsReader(call, textIdsOfRows, rest);
  let first: IndexPage | null = null;
  for (let round = 1; ; round += 1) {
    const missing = limit - now.found.length;
    const reach = Math.min(MAX_HITS, missing * WIDER ** (round - 1));
    const { page, asked } = await exactPage(call, { ranked, except, reach, now, read });
    first ??= page;
    const hide = all ? null : { ranked, except };
    const over = await taken(call, page, {
      now,
      wanted: missing,
      reach,
      asked,
      confirm,
      hide,
      by_vector: ranked.mode === 'vector',
    });
    if (!over && now.found.length < limit && round < deps.limits.search_rounds) continue;
    const goes_on = over && !by_newest && ranked.mode === 'text';
    const lower = goes_on
      ? await below(call, { ...wanted, except, now, exact: page.hits, read: textsReader(call, textIds, rest), rest, confirm })
      : NOTHING_BELOW;
    const exact =
      first.total_is_exact &&
      now.dropped === 0 &&
      all_withdrawn &&
      phase === undefined &&
      !(position?.by_newest && ranked.mode !== 'text');
    const own = now.found.length - lower.taken;
    const total = Math.max(first.total - now.dropped, own);
    const counted = by_phase ? await phaseCounts(call, { ranked, except, total: phase ? first.total : total }) : null;
    const place = { listed: now.marks, by_newest: now.by_newest && !goes_on, after: now.after };
    return {
      ...{ found: now.found, next: (goes_on ? lower.more : !over) ? place : null, total, total_is_exact: exact, below: lower },
      facets: { ...first.facets, ...(counted ? { phase: counted } : {}) },
    };
  }
}

/** A page of the index. Where words may stand near one another or far apart, windows of it are put in order by that. */
type Asking = { ranked: Ranked; except: string[]; reach: number; now: Progress; read: ReadTexts };
async function exactPage({ deps, caller }: KeyRequest, { ranked, except, reach, now, read }: Asking) {
  const windowed = ranked.mode === 'text' && !now.by_newest && ranked.query.all.length > 1;
  const needed = Math.min(reach, deps.limits.search_ranked) + now.marks.size;
  const asked = windowed ? Math.ceil(needed / WINDOW) * WINDOW : needed;
  const listing = now.by_newest ? ({ sort: 'newest', after: now.after } as const) : ({ sort: ranked.sort, after: null } as const);
  const page = await deps.index.search(caller.scope, { ...ranked, ...listing, except, limit: asked });
  if (!windowed) return { page, asked };
  const hits: Hit[] = [];
  for (let from = 0; from < page.hits.length; from += WINDOW) {
    const window = page.hits.slice(from, from + WINDOW);
    const is_listed = window.every(({ resource_id }) => now.marks.has(markOf(resource_id)));
    hits.push(...(is_listed ? window : await inOrder(window, ranked.query, read)));
  }
  return { page: { ...page, hits }, asked };
}

/** reach: hits that are looked at, of which `wanted` are taken. hide: the search in which duplicates are looked for; null: none is left out. */
type Taking = {
  now: Progress;
  wanted: number;
  reach: number;
  asked: number;
  confirm: Confirm;
  hide: { ranked: Ranked; except: string[] } | null;
  by_vector: boolean;
};
/** Takes from a page what was not listed before. True when there is nothing after it. */
async function taken(
  call: KeyRequest,
  page: IndexPage,
  { now, wanted, reach, asked, confirm, hide, by_vector }: Taking,
): Promise<boolean> {
  const fresh = page.hits.filter(({ resource_id }) => !now.marks.has(markOf(resource_id)));
  const looked = fresh.slice(0, now.by_newest ? reach : Math.min(reach, call.deps.limits.search_ranked - now.marks.size));
  const confirmed = await confirm(looked);
  const rows = [...confirmed.values()];
  const these_ids = (ids: string[]) => confirm(ids.map((resource_id) => ({ resource_id })));
  const hidden = hide ? await hiddenDuplicates(call, { ...hide, rows, hits: page.hits, confirm: these_ids }) : new Set<string>();
  const these: Hit[] = [];
  const match = by_vector ? 'meaning' : 'exact';
  const most = now.found.length + wanted;
  for (const hit of looked) {
    if (now.found.length === most) break;
    const { resource_id } = hit;
    these.push(hit);
    const row = confirmed.get(resource_id);
    if (row && !hidden.has(resource_id)) now.found.push({ row, match, marks: null });
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
