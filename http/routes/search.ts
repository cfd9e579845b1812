/**
 * GET /v1/search: the index ranks, the facts decide. Each hit is looked up in SQL again, so that what was removed a moment ago is not
 * found whatever the index still holds, and a page that lost hits by it is refilled from further down the ranking.
 */
import { z } from 'zod';
import { type SearchAnswer, SearchRequest } from '../../contract/search.ts';
import type { IndexPage, IndexQuery } from '../../runtime/ports.ts';
import type { ResourceRow } from '../../runtime/ports-facts.ts';
import { parseQuery } from '../../text/query.ts';
import { cursorOf, placeOf } from '../cursor.ts';
import type { KeyCall } from '../deps.ts';
import { presentHit } from '../hit.ts';
import { parsedQuery } from '../parse.ts';
import { queryVector } from '../query-vector.ts';

const FORM = { lists: ['phase', 'tag', 'batch_id'], commas: ['facets'], integers: ['limit'] };
type Ranked = Omit<IndexQuery, 'offset' | 'limit'>;
type Found = { row: ResourceRow; score: number };
/** next: the place in the ranking after the last hit; null when it is at its end. dropped: hits that the facts did not confirm. */
type Filled = { found: Found[]; page: IndexPage; next: number | null; dropped: number };

export async function search(call: KeyCall): Promise<void> {
  const { ctx, deps, caller } = call;
  const began = deps.clock.elapsed();
  const { cursor, limit, ...asked } = parsedQuery(call, SearchRequest, FORM);
  const listed = { list: 'search', scope: caller.scope, filters: asked };
  const offset = placeOf(cursor, listed, z.int().min(0).max(deps.limits.search_depth)) ?? 0;

  const ranked = await rankedBy(call, asked);
  const { found, page, next, dropped } = await filled(call, ranked, { offset, limit, phase: asked.phase });
  const items = await Promise.all(found.map((one) => presentHit(call, one, ranked.query)));
  const answer: SearchAnswer = {
    items,
    total: Math.max(page.total - dropped, offset + found.length),
    total_is_exact: page.total_is_exact && dropped === 0 && asked.phase === undefined,
    facets: page.facets,
    next_cursor: next === null ? null : cursorOf(listed, next),
    took_ms: Math.round(deps.clock.elapsed() - began),
  };
  ctx.set('content-language', ctx.state.language);
  ctx.body = answer;
}

/** What is asked of the index: an empty query lists by newest, and a hybrid one whose vector can't be had goes by text alone. */
async function rankedBy(call: KeyCall, asked: Omit<SearchRequest, 'cursor' | 'limit'>): Promise<Ranked> {
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

/** A page of hits that the facts confirm. Ends short, with a cursor to go on by, when too much of the ranking was not confirmed. */
async function filled(
  call: KeyCall,
  ranked: Ranked,
  { offset, limit, phase }: { offset: number; limit: number; phase: SearchRequest['phase'] },
): Promise<Filled> {
  const { index, limits } = call.deps;
  const found: Found[] = [];
  const seen = new Set<string>();
  let dropped = 0;
  let at = offset;
  for (let round = 1; ; round++) {
    const page = await index.search(call.caller.scope, { ...ranked, offset: at, limit });
    const confirmed = await confirmedOf(call, page, phase);
    let taken = 0;
    for (const { resource_id, score } of page.hits) {
      if (found.length === limit) break;
      taken++;
      const row = confirmed.get(resource_id);
      if (!row) dropped++;
      else if (!seen.has(resource_id)) found.push({ row, score }); // one that moved down meanwhile comes twice
      seen.add(resource_id);
    }
    at += taken;
    const ended = taken === page.hits.length && page.hits.length < limit;
    const over = ended || at >= limits.search_depth || (page.total_is_exact && at >= page.total);
    if (over || found.length === limit || round === limits.search_rounds) return { found, page, next: over ? null : at, dropped };
  }
}

async function confirmedOf(
  { deps, caller }: KeyCall,
  { hits }: IndexPage,
  phase: SearchRequest['phase'],
): Promise<Map<string, ResourceRow>> {
  const ids = hits.map(({ resource_id }) => resource_id);
  const rows = ids.length === 0 ? [] : await deps.facts.resources.getMany(caller.scope, ids);
  return new Map(
    rows.filter((row) => row.searchable && (!phase || phase.includes(row.phase))).map((row) => [row.resource_id, row]),
  );
}
