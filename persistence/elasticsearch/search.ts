/**
 * Searching. Two lists, each in a fixed order, of which a page is a piece: by words, in classes and by newest within each, and by nearness
 * of vectors. The same rules as the embedded index has.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { IndexFacet, IndexFilters, IndexPage, IndexPosition, IndexQuery } from '../../runtime/ports/search-index.ts';
import type { Sought, Weighed } from '../../text/sought.ts';
import { NEAREST } from '../shared/nearest.ts';
import type { Elastic } from './client.ts';
import { FIELDS, type Hit, hitsOf, totalOf } from './hits.ts';
import { type Model, vectorsField } from './mapping.ts';
import { inClasses, ofFilters, ofQuery, ofWeighed, seek, theseOf } from './query.ts';

/** Entries that each segment looks at for the nearest: more finds more of them, and takes longer. */
const CANDIDATES = 400;
/** Values of a facet: the most frequent; more would be a list of its own. */
const VALUES = 100;
const FACET_FIELD: Record<IndexFacet, string> = { tag: 'tags', year: 'year' };
const BY_SCORE: estypes.Sort = [{ _score: { order: 'desc' } }, { created_at: 'desc' }, { resource_id: 'desc' }];
const BY_NEWEST: estypes.Sort = [{ created_at: 'desc' }, { resource_id: 'desc' }];

type Query = estypes.QueryDslQueryContainer;
/** hits: those of the page, in order. whole: finds everything found. */
type Result = { hits: Hit[]; total: number; exact: boolean; whole: Query };
type At = { elastic: Elastic; index: string; org_id: string };
type World = At & { model: Model | null; query: IndexQuery };

export async function searched(world: World): Promise<IndexPage> {
  const { hits, total, exact, whole } = await resultOf(world);
  return {
    hits: hits.map(shown),
    total,
    total_is_exact: exact,
    facets: await facetsOf(world, whole),
  };
}

const shown = ({ id, revision, created_at, score }: Hit) => ({ resource_id: id, revision, created_at, score });

/** As the port's `candidates`. */
export async function candidatesOf(at: At & { filters: IndexFilters; weighed: Weighed[]; limit: number }) {
  const query = ofWeighed(at.org_id, at.filters, at.weighed);
  const { hits } = await listed(at, { query, sort: BY_SCORE, size: at.limit });
  return hits.map(shown);
}

/** As the port's `counts`. */
export async function countsOf({ elastic, index, org_id, filters, sought }: At & { filters: IndexFilters; sought: Sought[] }) {
  const aggs = { each: { filters: { filters: sought.map(seek) } } };
  const answer = await elastic.call((client) =>
    client.search<unknown, { each: estypes.AggregationsFiltersAggregate }>({
      index,
      query: ofFilters(org_id, filters),
      size: 0,
      track_total_hits: true,
      ...(sought.length > 0 ? { aggs } : {}),
      ...sameCopy(org_id),
    }),
  );
  const buckets = Object.values(answer.aggregations?.each.buckets ?? {});
  return { total: totalOf(answer), counts: sought.map((_, at) => buckets[at]?.doc_count ?? 0) };
}

async function resultOf(world: World): Promise<Result> {
  const { org_id, query } = world;
  if (query.query.all.length === 0) return byNewest(world, ofFilters(org_id, query));
  if (query.mode === 'vector') return byVector(world);
  if (query.sort === 'newest') return byNewest(world, ofQuery(org_id, query));
  return byWords(world);
}

async function byNewest(world: World, whole: Query): Promise<Result> {
  const { after, limit } = world.query;
  const behind = after ? { search_after: [after.created_at, after.resource_id] } : {};
  const list = await listed(world, { query: { bool: { filter: whole } }, sort: BY_NEWEST, size: limit, ...behind });
  return { ...list, exact: true, whole };
}

async function byWords(world: World): Promise<Result> {
  const { org_id, query } = world;
  const ranked = { query: inClasses(org_id, query), sort: BY_SCORE, size: query.limit };
  return { ...(await listed(world, ranked)), exact: true, whole: ofQuery(org_id, query) };
}

type Wanted = { query: Query; sort: estypes.Sort; size: number; search_after?: estypes.SortResults };
async function listed({ elastic, index, org_id }: At, wanted: Wanted): Promise<{ hits: Hit[]; total: number }> {
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

/** There is no end to nearness, so at most NEAREST. */
async function byVector(world: World): Promise<Result> {
  const { org_id, query } = world;
  if (!query.vector) throw new Error('a search by vector needs one');
  const { least = Number.NEGATIVE_INFINITY } = query;
  const near = (await nearest(world, query.vector)).filter(({ score }) => score >= least);
  const hits = query.sort === 'newest' ? newestFirst(near, query.after) : near;
  const whole = theseOf(
    org_id,
    near.map(({ id }) => id),
  );
  return { hits: hits.slice(0, query.limit), total: near.length, exact: near.length < NEAREST, whole };
}

function newestFirst(near: Hit[], after: IndexPosition | null): Hit[] {
  const newest = (a: Hit, b: Hit) => b.created_at - a.created_at || (b.id > a.id ? 1 : -1);
  const behind = ({ created_at, id }: Hit) =>
    after === null || created_at < after.created_at || (created_at === after.created_at && id < after.resource_id);
  return near.filter(behind).sort(newest);
}

/** Nearest first by the nearest passage, with a similarity (the cosine, as `score`) above 0. */
async function nearest(world: World, vector: Float32Array): Promise<Hit[]> {
  const { elastic, index, org_id, query, model } = world;
  const is_near_nothing = vector.every((value) => value === 0);
  if (model === null || vector.length !== model.dimension || is_near_nothing) return [];
  const knn = {
    field: `${vectorsField(model)}.vector`,
    query_vector: [...vector],
    k: NEAREST,
    num_candidates: CANDIDATES,
    filter: ofFilters(org_id, query),
  };
  const answer = await elastic.call((client) =>
    client.search({ index, knn, size: NEAREST, _source: false, docvalue_fields: FIELDS, ...sameCopy(org_id) }),
  );
  const near = hitsOf(answer).map((hit) => ({ ...hit, score: hit.score * 2 - 1 })); // it answers (1 + cosine) / 2
  return near.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || (b.id > a.id ? 1 : -1));
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
