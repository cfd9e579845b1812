/** GET /v1/search: what was typed, understood; a page of it; and why each hit was found. */
import { type SearchAnswer, SearchRequest } from '../../contract/search.ts';
import { parseQuery } from '../../text/query.ts';
import type { KeyRequest } from '../context.ts';
import { validateQuery } from '../request/validate.ts';
import { presentHits } from '../search/hit.ts';
import { type Ranked, searchPage } from '../search/page.ts';
import { queryVector } from '../search/query-vector.ts';
import { decodeSearchCursor, encodeSearchCursor } from '../search/search-cursor.ts';

const FORM = { lists: ['phase', 'tag', 'batch_id'], commas: ['facets'], integers: ['limit'] };

export async function search(call: KeyRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const began = deps.clock.elapsed();
  const { cursor, limit, ...asked } = validateQuery(call, SearchRequest, FORM);
  const listed = { list: 'search', scope: caller.scope, filters: asked };
  const place = decodeSearchCursor(cursor, listed);

  const ranked = await rankedBy(call, asked);
  const { found, next, total, total_is_exact, facets } = await searchPage(call, { ranked, place, limit, phase: asked.phase });
  const answer: SearchAnswer = {
    items: await presentHits(call, found, ranked.query),
    ...{ total, total_is_exact, facets },
    next_cursor: next && encodeSearchCursor(listed, next),
    took_ms: Math.round(deps.clock.elapsed() - began),
  };
  ctx.set('content-language', ctx.state.language);
  ctx.body = answer;
}

/** What is asked of the index: an empty query lists by newest, and a hybrid one whose vector can't be had goes by text alone. */
async function rankedBy(call: KeyRequest, asked: Omit<SearchRequest, 'cursor' | 'limit'>): Promise<Ranked> {
  const { tag, batch_id, taken_from, taken_to, facets, q } = asked;
  const query = parseQuery(q);
  const empty = query.all.length === 0 && query.tags.length === 0;
  const vector =
    query.all.length === 0 || asked.mode === 'text' ? null : await queryVector(call, { text: query.text, mode: asked.mode });
  return {
    query,
    mode: vector ? asked.mode : 'text',
    vector,
    ...(tag ? { tag } : {}),
    ...(batch_id ? { batch_id } : {}),
    ...(taken_from ? { taken_from: Date.parse(taken_from) } : {}),
    ...(taken_to ? { taken_to: endOf(taken_to) } : {}),
    sort: empty ? 'newest' : asked.sort,
    facets,
  };
}
const DAY_MS = 24 * 3_600_000;
/** A date alone means all of that day. */
const endOf = (time: string) => Date.parse(time) + (time.includes('T') ? 0 : DAY_MS - 1);
