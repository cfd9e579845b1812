/** Finding pictures: what was typed, parsed; a page of hits; and why each was found. Following what happens to them: see events.ts. */
import type { SearchRequest } from '../../contract/search.ts';
import { foldTag } from '../../text/document.ts';
import { parseQuery } from '../../text/query.ts';
import type { KeyRequest } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { presentHits } from '../search/hit.ts';
import { type Ranked, searchPage } from '../search/page.ts';
import { queryVector } from '../search/query-vector.ts';
import { decodeSearchCursor, encodeSearchCursor } from '../search/search-cursor.ts';
import { streamEvents } from './events.ts';

export const findHandlers: Handlers<'search' | 'stream_events'> = {
  async search(request) {
    const { ctx, deps, caller } = request;
    const began = deps.clock.elapsed();
    const { cursor, limit, duplicates, ...filters } = request.query;
    const all = duplicates === 'true';
    const listed = { list: 'search', scope: caller.scope, filters: all ? { ...filters, duplicates } : filters };
    const position = decodeSearchCursor(cursor, listed);
    const by_phase = filters.facets.includes('phase');
    const ranked = await rankedBy(request, filters);
    const page = await searchPage(request, { ranked, position, limit, phase: filters.phase, all, by_phase });
    const { found, next, total, total_is_exact, facets } = page;
    const items = await presentHits(request, found, ranked.query);
    const next_cursor = next && encodeSearchCursor(listed, next);
    const took_ms = Math.round(deps.clock.elapsed() - began);
    ctx.set('content-language', ctx.state.language);
    return { status: 200, body: { items, total, total_is_exact, facets, next_cursor, took_ms } };
  },

  stream_events: streamEvents,
};

/** The query of the index: an empty one lists by newest, and a hybrid one without a vector goes by text alone. */
async function rankedBy(call: KeyRequest, filters: Omit<SearchRequest, 'cursor' | 'limit' | 'duplicates'>): Promise<Ranked> {
  const { tag, not_tag = [], batch_id, taken_from, taken_to, created_from, created_to, facets, q } = filters;
  const parsed = parseQuery(q);
  const query = { ...parsed, no_tags: [...parsed.no_tags, ...not_tag.map(foldTag)] };
  const empty = query.all.length === 0 && query.tags.length === 0;
  const vector =
    query.all.length === 0 || filters.mode === 'text' ? null : await queryVector(call, { text: query.text, mode: filters.mode });
  return {
    query,
    mode: vector ? filters.mode : 'text',
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
}
const DAY_MS = 24 * 3_600_000;
/** A date alone means all of that day. */
const endOf = (time: string) => Date.parse(time) + (time.includes('T') ? 0 : DAY_MS - 1);
