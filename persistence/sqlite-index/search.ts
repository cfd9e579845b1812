/**
 * Searching. Two lists, each whole and in a fixed order, of which a page is a piece: by words, in classes and by newest within each, and by
 * nearness of vectors.
 */
import { CLASS, type IndexPage, type IndexQuery } from '../../runtime/ports/search-index.ts';
import { adjacent, toTheLetter } from '../../text/adjacent.ts';
import type { Phrase } from '../../text/query.ts';
import { NEAREST } from '../shared/nearest.ts';
import type { Sqlite } from '../sqlite/database.ts';
import { heaviest } from './candidates.ts';
import type { Columns } from './columns.ts';
import { needsMatch, ofFilters, ofQuery, ofQueryNamed, ofQuerySo } from './match.ts';
import { countOf, entriesOf, hasTimes, hitsOf, idsOf, type Scoped, wholeOf } from './select.ts';
import type { Near, Vectors } from './vectors.ts';

type Ranked = { id: number; score: number };
/** hits: those of the page, in order. ids: everything found, where it was wanted. */
type Result = { hits: Ranked[]; total: number; exact: boolean; ids: Int32Array | null };
type Parts = { db: Sqlite; columns: Columns; vectors: Vectors };
/** org: whose token the words must be beside; null where there is no other's. */
type World = Parts & Scoped & { org: string | null; query: IndexQuery };

export function searcher(parts: Parts): (org_id: string, query: IndexQuery) => IndexPage {
  const { db, columns } = parts;
  return (org_id, query) => {
    const org = columns.holdsOnly(org_id) ? null : org_id;
    const only = query.only ? entriesOf(db, org_id, query.only) : null;
    const { hits, total, exact, ids } = resultOf({
      ...parts,
      org_id,
      org,
      query,
      except: entriesOf(db, org_id, query.except),
      only,
    });
    const facets = query.facets.length > 0 && ids ? columns.facets(query.facets, ids) : {};
    return { hits: hitsOf(db, org_id, hits), total, total_is_exact: exact, facets };
  };
}

function resultOf(world: World): Result {
  const { org_id, query } = world;
  if (query.query.all.length === 0) return byNewest(world, needsMatch(query) ? ofFilters(org_id, query) : null);
  if (query.mode === 'vector') return byVector(world);
  if (query.sort === 'newest') return byNewest(world, ofQuery(world.org, query));
  return byWords(world);
}

/** All that an organisation has is read from its index, page by page; of what was matched, the newest are chosen in memory. */
function byNewest(world: World, match: string | null): Result {
  const { db, columns, org_id, query } = world;
  const whole = wholeOf(world, match);
  const scoreless = (ids: number[]): Ranked[] => ids.map((id) => ({ id, score: 0 }));
  if (match !== null) {
    const ids = idsOf(db, whole);
    return { hits: scoreless(columns.newest(ids, query.after, query.limit)), total: ids.length, exact: true, ids };
  }
  const { after } = query;
  const behind = after ? ' AND (created_at, resource_id) < (?, ?)' : '';
  const rows = db
    .prepare(`SELECT id ${whole.sql}${behind} ORDER BY created_at DESC, resource_id DESC LIMIT ?`)
    .all(...whole.binds, ...(after ? [after.created_at, after.resource_id] : []), query.limit);
  const every = !hasTimes(query) && world.except.length === 0 && !world.only;
  const ids = query.facets.length === 0 ? null : every ? columns.ids(org_id) : idsOf(db, whole);
  const total = ids?.length ?? (every ? columns.count(org_id) : countOf(db, whole));
  return { hits: scoreless(rows.map(({ id }) => Number(id))), total, exact: true, ids };
}

function byWords(world: World): Result {
  const { db, columns, query } = world;
  const ids = idsOf(db, wholeOf(world, ofQuery(world.org, query)));
  const classes = classesOf(world);
  const first = heaviest(columns, classes, query.limit);
  const others = first.length < query.limit ? columns.newest(without(ids, classes), null, query.limit - first.length) : [];
  return { hits: [...first, ...others.map((id) => ({ id, score: 0 }))], total: ids.length, exact: true, ids };
}

/** Those of which something is said, each with the sum of it. */
function classesOf(world: World): Map<number, number> {
  const { db, org, query } = world;
  const classes = new Map<number, number>();
  const add = (match: string, score: number) => {
    for (const id of idsOf(db, wholeOf(world, match))) classes.set(id, (classes.get(id) ?? 0) + score);
  };
  const so = (phrase: Phrase | null, score: number) => {
    if (phrase) add(ofQuerySo(org, query, phrase), score);
  };
  const several = query.query.all.length > 1;
  const [letter] = several ? [] : [toTheLetter(query.query)];
  if (letter) {
    const both = idsOf(db, wholeOf(world, ofQueryNamed(org, query, 'all', letter)));
    if (both.length >= query.limit) return new Map(Array.from(both, (id) => [id, CLASS.as_typed + CLASS.all_named])); // nothing comes before these
  }
  if (several) so(adjacent(query.query), CLASS.together);
  if (!several || classes.size > 0) so(toTheLetter(query.query), CLASS.as_typed); // what is so to the letter is so in some form
  add(ofQueryNamed(org, query, 'all'), CLASS.all_named);
  if (several) add(ofQueryNamed(org, query, 'any'), CLASS.one_named);
  return classes;
}

const without = (ids: Int32Array, known: ReadonlyMap<number, number>): Int32Array =>
  known.size === 0 ? ids : ids.filter((id) => !known.has(id));

/** There is no end to nearness, so at most NEAREST. */
function byVector(world: World): Result {
  const { columns, query } = world;
  if (!query.vector) throw new Error('a search by vector needs one');
  const { least = Number.NEGATIVE_INFINITY } = query;
  const near = nearest(world, query.vector).flatMap(({ id, similarity }) =>
    similarity < least ? [] : [{ id, score: similarity }],
  );
  const ids = Int32Array.from(near, ({ id }) => id);
  const scores = new Map(near.map(({ id, score }) => [id, score]));
  const hits =
    query.sort === 'newest'
      ? columns.newest(ids, query.after, query.limit).map((id) => ({ id, score: scores.get(id) ?? 0 }))
      : near.slice(0, query.limit);
  return { hits, total: near.length, exact: near.length < NEAREST, ids };
}

function nearest(world: World, vector: Float32Array): Near[] {
  const { db, vectors, org_id, query, except, only } = world;
  const filtered =
    needsMatch({ ...query, query: { ...query.query, all: [] } }) || hasTimes(query) || except.length > 0 || only !== null;
  return vectors.nearest(org_id, vector, NEAREST, filtered ? new Set(idsOf(db, wholeOf(world, ofFilters(org_id, query)))) : null);
}
