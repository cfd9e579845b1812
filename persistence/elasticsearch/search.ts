/**
 * Searching. Three lists, each in a fixed order, of which a page is a piece: by words (bm25), by nearness of vectors, and both as one;
 * or by newest. The same rules as the embedded index has.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { IndexFacet, IndexPage, IndexPosition, IndexQuery } from '../../runtime/ports/search-index.ts';
import { FUSED, fusion, rest } from '../shared/fuse.ts';
import type { Elastic } from './client.ts';
import { FIELDS, type Hit, hitsOf, totalOf } from './hits.ts';
import { ofFilters, ofQuery, ofThese, orThese, theseOf } from './query.ts';

/** Entries that each segment looks at for the nearest: more finds more of them, and takes longer. */
const CANDIDATES = 400;
/** Values of a facet: the most frequent; more would be a list of its own. */
const VALUES = 100;
const FACET_FIELD: Record<IndexFacet, string> = { tag: 'tags', year: 'year' };
/** The later of two equal scores is first: ids begin with their time. */
const BY_SCORE: estypes.Sort = [{ _score: { order: 'desc' } }, { resource_id: 'desc' }];
const BY_NEWEST: estypes.Sort = [{ created_at: 'desc' }, { resource_id: 'desc' }];

type Query = estypes.QueryDslQueryContainer;
/** hits: those of the page, in order. whole: finds everything found. */
type Result = { hits: Hit[]; total: number; exact: boolean; whole: Query };
type World = { elastic: Elastic; index: string; dimension: number; vector_floor: number; org_id: string; query: IndexQuery };

export async function searched(world: World): Promise<IndexPage> {
  const { hits, total, exact, whole } = await resultOf(world);
  return {
    hits: hits.map(({ id, revision, created_at, score }) => ({ resource_id: id, revision, created_at, score })),
    total,
    total_is_exact: exact,
    facets: await facetsOf(world, whole),
  };
}

async function resultOf(world: World): Promise<Result> {
  const { org_id, query } = world;
  if (query.query.all.length === 0) return byNewest(world, ofFilters(org_id, query));
  if (query.mode === 'vector') return byVector(world);
  if (query.sort === 'newest') return byNewest(world, ofQuery(org_id, query));
  const vector = query.mode === 'hybrid' ? query.vector : null;
  return vector && points(world, vector) ? byBoth(world, vector) : byWords(world);
}

async function byNewest(world: World, whole: Query): Promise<Result> {
  const { after, limit } = world.query;
  const behind = after ? { search_after: [after.created_at, after.resource_id] } : {};
  const list = await listed(world, { query: { bool: { filter: whole } }, sort: BY_NEWEST, size: limit, ...behind });
  return { ...list, exact: true, whole };
}

async function byWords(world: World): Promise<Result> {
  const { org_id, query } = world;
  const whole = ofQuery(org_id, query);
  return { ...(await byScore(world, whole, query.limit)), exact: true, whole };
}

const byScore = (world: World, query: Query, size: number) => listed(world, { query, sort: BY_SCORE, size });

type Wanted = { query: Query; sort: estypes.Sort; size: number; search_after?: estypes.SortResults };
async function listed({ elastic, index, org_id }: World, wanted: Wanted): Promise<{ hits: Hit[]; total: number }> {
  const answer = await elastic.call((client) =>
    client.search({
      index,
      ...wanted,
      track_total_hits: true,
      _source: false,
      docvalue_fields: FIELDS,
      ...sameCopy(org_id),
    }),
  );
  return { hits: hitsOf(answer), total: totalOf(answer) };
}

/** Copies of a shard count what is deleted differently: pages of one list come from one of them. (A name with `_` is a command.) */
const sameCopy = (org_id: string) => ({ preference: `org ${org_id}` });

/** The nearest, however far: this was asked for. There is no end to nearness, so at most FUSED. */
async function byVector(world: World): Promise<Result> {
  const { org_id, query } = world;
  if (!query.vector) throw new Error('a search by vector needs one');
  const near = await nearest(world, query.vector);
  const hits = query.sort === 'newest' ? newestFirst(near, query.after) : near;
  const whole = theseOf(
    org_id,
    near.map(({ id }) => id),
  );
  return { hits: hits.slice(0, query.limit), total: near.length, exact: near.length < FUSED, whole };
}

function newestFirst(near: Hit[], after: IndexPosition | null): Hit[] {
  const newest = (a: Hit, b: Hit) => b.created_at - a.created_at || (b.id > a.id ? 1 : -1);
  const behind = ({ created_at, id }: Hit) =>
    after === null || created_at < after.created_at || (created_at === after.created_at && id < after.resource_id);
  return near.filter(behind).sort(newest);
}

/** False for a vector that is near nothing: a zero, or one of another model. */
const points = ({ dimension }: World, vector: Float32Array): boolean =>
  vector.length === dimension && vector.some((value) => value !== 0);

/** Nearest first, with a similarity (the cosine, as `score`) above 0. */
async function nearest(world: World, vector: Float32Array): Promise<Hit[]> {
  const { elastic, index, org_id, query } = world;
  if (!points(world, vector)) return [];
  const knn = {
    field: 'vector',
    query_vector: [...vector],
    k: FUSED,
    num_candidates: CANDIDATES,
    filter: ofFilters(org_id, query),
  };
  const answer = await elastic.call((client) =>
    client.search({ index, knn, size: FUSED, _source: false, docvalue_fields: FIELDS, ...sameCopy(org_id) }),
  );
  const near = hitsOf(answer).map((hit) => ({ ...hit, score: hit.score * 2 - 1 })); // it answers (1 + cosine) / 2
  return near.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || (b.id > a.id ? 1 : -1));
}

/** The two lists fused, and after them the words' list goes on. */
async function byBoth(world: World, vector: Float32Array): Promise<Result> {
  const { org_id, query, vector_floor } = world;
  const { limit } = query;
  const words = ofQuery(org_id, query);
  const [{ hits: list, total: own }, near] = await Promise.all([byScore(world, words, limit + FUSED), nearest(world, vector)]);
  const first = list.slice(0, FUSED);
  const { fused, strangers } = fusion(
    first,
    near.map(({ id, score }) => ({ id, similarity: score })),
    vector_floor,
  );
  const known = own > first.length ? await among(world, words, strangers) : new Set<string>(); // found by its words too, but further down
  const extra = strangers.filter((id) => !known.has(id));
  const hits_by_id = new Map([...near, ...first].map((hit) => [hit.id, hit]));
  const hits = fused.slice(0, limit).flatMap(({ id, score }) => {
    const hit = hits_by_id.get(id);
    return hit ? [{ ...hit, score }] : [];
  });
  if (hits.length < limit) hits.push(...rest(list.slice(FUSED), { known, max: limit - hits.length }));
  const whole = extra.length === 0 ? words : orThese(org_id, words, extra);
  return { hits, total: own + extra.length, exact: strangers.length < FUSED, whole };
}

async function among(world: World, words: Query, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { hits } = await byScore(world, ofThese(words, ids), ids.length);
  return new Set(hits.map(({ id }) => id));
}

/** How what was found is spread over tags and years. */
async function facetsOf({ elastic, index, org_id, query }: World, whole: Query): Promise<IndexPage['facets']> {
  if (query.facets.length === 0) return {};
  const counts = (field: string): estypes.AggregationsAggregationContainer => ({
    terms: { field, size: VALUES, order: [{ _count: 'desc' }, { _key: 'asc' }] },
  });
  const { aggregations } = await elastic.call((client) =>
    client.search<unknown, Record<string, estypes.AggregationsStringTermsAggregate>>({
      index,
      query: { bool: { filter: whole } },
      size: 0,
      aggs: Object.fromEntries(query.facets.map((facet) => [facet, counts(FACET_FIELD[facet])])),
      ...sameCopy(org_id),
    }),
  );
  const facets: IndexPage['facets'] = {};
  for (const facet of query.facets) {
    const buckets = aggregations?.[facet]?.buckets ?? [];
    facets[facet] = Object.values(buckets).map(({ key, doc_count }) => ({ value: String(key), count: doc_count }));
  }
  return facets;
}
