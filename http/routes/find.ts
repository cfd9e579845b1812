/** Finding pictures: what was typed, parsed; a page of hits; and why each was found. Following what happens to them: see events.ts. */
import type { SearchRequest } from '../../contract/search.ts';
import type { Near } from '../../runtime/search/lower-tiers.ts';
import { foldTag } from '../../text/document.ts';
import { parseQuery } from '../../text/query.ts';
import type { KeyRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { presentHits } from '../search/hit.ts';
import { searchPage } from '../search/page.ts';
import { nearQuery, queryVector } from '../search/query-vector.ts';
import { decodeSearchCursor, encodeSearchCursor } from '../search/search-cursor.ts';
import type { Ranked } from '../search/wanted.ts';
import { streamEvents } from './events.ts';

export const findHandlers: Handlers<'search' | 'stream_events'> = {
  async search(request) {
    const { ctx, deps, caller } = request;
    const began = deps.clock.elapsed();
    const { cursor, limit, duplicates, ...filters } = request.query;
    const { mode, match } = filters;
    const all = duplicates === 'true';
    const listed = { list: 'search', scope: caller.scope, filters: all ? { ...filters, duplicates } : filters };
    const position = decodeSearchCursor(cursor, listed);
    const by_phase = filters.facets.includes('phase');
    const { ranked, near } = await rankedBy(request, filters);
    const lowest = match ?? (mode === 'hybrid' ? 'meaning' : 'some');
    const asked = { ranked, lowest, near, position, limit, phase: filters.phase, all, by_phase };
    const [page, working] = await Promise.all([searchPage(request, asked), beingWorkedOn(request)]);
    const { found, next, total, total_is_exact, facets, below } = page;
    const rank = ranked.sort === 'newest' || position?.by_newest ? null : (position?.listed.size ?? 0) + 1;
    const items = await presentHits(request, { found, query: ranked.query, rank });
    const next_cursor = next && encodeSearchCursor(listed, next);
    const took_ms = Math.round(deps.clock.elapsed() - began);
    const totals = ranked.mode === 'vector' ? { ...below.totals, exact: 0, meaning: total } : { exact: total, ...below.totals };
    ctx.set('content-language', ctx.state.language);
    const body = { items, total, total_is_exact, totals, terms: below.terms, working, facets, next_cursor, took_ms };
    return { status: 200, body };
  },

  stream_events: streamEvents,
};

/** Pictures that may be found later. */
async function beingWorkedOn({ deps, caller }: KeyRequest): Promise<number> {
  return (await deps.facts.resources.counts(caller.scope, { phase: ['working'] })).total;
}

type Filters = Omit<SearchRequest, 'cursor' | 'limit' | 'duplicates'>;
/** The query of the index: an empty one lists by newest. near: to what was typed; null where it can't be had, or words are all. */
async function rankedBy(call: KeyRequest, filters: Filters): Promise<{ ranked: Ranked; near: () => Promise<Near | null> }> {
  const { tag, not_tag = [], batch_id, taken_from, taken_to, created_from, created_to, facets, q } = filters;
  const parsed = parseQuery(q);
  const query = { ...parsed, no_tags: [...parsed.no_tags, ...not_tag.map(foldTag)] };
  const empty = query.all.length === 0 && query.tags.length === 0;
  const by_vector = filters.mode === 'vector' && query.all.length > 0;
  const vector = by_vector ? await queryVector(call, { text: query.text, mode: filters.mode }) : null;
  const ranked: Ranked = {
    query,
    mode: by_vector ? 'vector' : 'text',
    vector,
    ...(tag ? { tag } : {}),
    ...(batch_id ? { batch_id } : {}),
    ...(taken_from ? { taken_from: Date.parse(taken_from) } : {}),
    ...(taken_to ? { taken_to: endOf(taken_to) } : {}),
    ...(created_from ? { created_from: Date.parse(created_from) } : {}),
    ...(created_to ? { created_to: Date.parse(created_to) } : {}),
    sort: empty ? 'newest' : filters.sort,
    facets: facets.filter((facet) => facet !== 'phase'),
  };
  return { ranked, near: filters.mode === 'hybrid' ? () => nearQuery(call, query.text) : async () => null };
}
const DAY_MS = 24 * 3_600_000;
/** A date alone means all of that day. */
const endOf = (time: string) => Date.parse(time) + (time.includes('T') ? 0 : DAY_MS - 1);
