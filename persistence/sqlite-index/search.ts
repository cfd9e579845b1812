/**
 * Searching. Three lists, each whole and in a fixed order, of which a page is a piece: by words (bm25), by nearness of vectors, and
 * both as one; or by newest.
 */
import type { IndexPage, IndexQuery } from '../../runtime/ports.ts';
import { FUSED, fusion, type Near, RANKED, type Ranked as RankedAs, rest as restOf, WEIGHT } from '../search/fuse.ts';
import type { Sqlite } from '../sqlite/database.ts';
import { facetsOf } from './facets.ts';
import { COLUMNS } from './file.ts';
import { needsMatch, ofFilters, ofQuery } from './match.ts';
import type { Vectors } from './vectors.ts';

const BM25 = `bm25(words, 0, ${COLUMNS.map(({ field }) => WEIGHT[field]).join(', ')})`;

type Ranked = RankedAs<number>;
/** Everything found: `SELECT ${id} ${sql}` gives its entries. */
export type Whole = { id: string; sql: string; binds: (string | number)[] };
/** hits: those of the page, in order. */
type Result = { hits: Ranked[]; total: number; exact: boolean; whole: Whole };

export function searcher(db: Sqlite, vectors: Vectors, vector_floor: number): (org_id: string, query: IndexQuery) => IndexPage {
  return (org_id, query) => {
    const result = resultOf({ db, vectors, vector_floor, org_id, query });
    return { ...pageOf(db, org_id, result), facets: facetsOf(db, query.facets, result.whole) };
  };
}

function resultOf(world: World): Result {
  const { org_id, query } = world;
  if (query.query.all.length === 0) return byNewest(world, needsMatch(query) ? ofFilters(org_id, query) : null);
  if (query.mode === 'vector') return byVector(world);
  if (query.sort === 'newest') return byNewest(world, ofQuery(org_id, query));
  const vector = query.mode === 'hybrid' ? query.vector : null;
  return vector?.some((value) => value !== 0) ? byBoth(world, vector) : byWords(world);
}

type World = { db: Sqlite; vectors: Vectors; vector_floor: number; org_id: string; query: IndexQuery };

function byNewest({ db, org_id, query }: World, match: string | null): Result {
  const whole = wholeOf(org_id, query, match);
  const sql = match === null ? whole.sql : `FROM entries WHERE entries.id IN (SELECT ${whole.id} ${whole.sql})`;
  const hits = db
    .prepare(`SELECT entries.id ${sql} ORDER BY created_at DESC, entries.id DESC LIMIT ? OFFSET ?`)
    .all(...whole.binds, query.limit, query.offset)
    .map(({ id }) => ({ id: Number(id), score: 0 }));
  return { hits, total: count(db, whole), exact: true, whole };
}

function byWords(world: World): Result {
  const { db, org_id, query } = world;
  const whole = wholeOf(org_id, query, ofQuery(org_id, query));
  const total = count(db, whole);
  return { hits: rankedByWords(world, whole, { total, ...query }), total, exact: true, whole };
}

/** bm25 of FTS5 is the lower the better. */
function rankedByWords(
  { db }: World,
  { sql, binds }: Whole,
  { total, offset, limit }: { total: number; offset: number; limit: number },
): Ranked[] {
  const last = total > RANKED ? `ORDER BY words.rowid DESC LIMIT ${RANKED}` : '';
  return db
    .prepare(
      `SELECT id, cost FROM (SELECT words.rowid AS id, ${BM25} AS cost ${sql} ${last}) ORDER BY cost, id DESC LIMIT ? OFFSET ?`,
    )
    .all(...binds, limit, offset)
    .map(({ id, cost }) => ({ id: Number(id), score: -Number(cost) }));
}

/** The nearest, however far: this was asked for. There is no end to nearness, so at most FUSED. */
function byVector(world: World): Result {
  const { db, query } = world;
  if (!query.vector) throw new Error('a search by vector needs one');
  const near = nearest(world, query.vector).map(({ id, similarity }) => ({ id, score: similarity }));
  const whole = wholeOfIds(near.map(({ id }) => id));
  const hits = query.sort === 'newest' ? newestFirst(db, near) : near;
  return { hits: hits.slice(query.offset, query.offset + query.limit), total: near.length, exact: near.length < FUSED, whole };
}

function newestFirst(db: Sqlite, near: Ranked[]): Ranked[] {
  const { sql, binds } = wholeOfIds(near.map(({ id }) => id));
  const order = db.prepare(`SELECT entries.id ${sql} ORDER BY created_at DESC, entries.id DESC`).all(...binds);
  const scores = new Map(near.map(({ id, score }) => [id, score]));
  return order.map(({ id }) => ({ id: Number(id), score: scores.get(Number(id)) ?? 0 }));
}

/**
 * The two lists fused, and after them the words' list goes on. A page is the same whatever pages were asked before, since no rank
 * depends on the offset.
 */
function byBoth(world: World, vector: Float32Array): Result {
  const { db, org_id, query, vector_floor } = world;
  const { offset, limit } = query;
  const words = wholeOf(org_id, query, ofQuery(org_id, query));
  const own = count(db, words);
  const first = rankedByWords(world, words, { total: own, offset: 0, limit: FUSED });
  const { fused, strangers } = fusion(first, nearest(world, vector), vector_floor);
  const known = own > first.length ? among(db, words, strangers) : new Set<number>(); // found by its words too, but further down
  const extra = strangers.filter((id) => !known.has(id));
  const hits = fused.slice(offset, offset + limit);
  if (hits.length < limit && own > first.length)
    hits.push(...rest(world, words, { total: own, known, from: offset + hits.length - fused.length, most: limit - hits.length }));
  const whole = {
    id: 'entries.id',
    sql: `FROM entries WHERE id IN (SELECT ${words.id} ${words.sql}) OR id IN (SELECT value FROM json_each(?))`,
    binds: [...words.binds, JSON.stringify(extra)],
  };
  return { hits, total: own + extra.length, exact: strangers.length < FUSED, whole };
}

function rest(world: World, words: Whole, want: { total: number; known: Set<number>; from: number; most: number }): Ranked[] {
  const { total, known, from, most } = want;
  return restOf(rankedByWords(world, words, { total, offset: FUSED, limit: from + most + known.size }), want);
}

function nearest({ db, vectors, org_id, query }: World, vector: Float32Array): Near<number>[] {
  const filtered =
    needsMatch({ ...query, query: { ...query.query, all: [] } }) ||
    query.taken_from !== undefined ||
    query.taken_to !== undefined;
  return vectors.nearest(
    org_id,
    vector,
    FUSED,
    filtered ? allowedBy(db, wholeOf(org_id, query, ofFilters(org_id, query))) : null,
  );
}
function allowedBy(db: Sqlite, { id, sql, binds }: Whole): Set<number> {
  const rows = db.prepare(`SELECT ${id} AS id ${sql}`).all(...binds);
  return new Set(rows.map((row) => Number(row.id)));
}

function among(db: Sqlite, { id, sql, binds }: Whole, ids: number[]): Set<number> {
  if (ids.length === 0) return new Set();
  return allowedBy(db, {
    id,
    sql: `${sql} AND +${id} IN (SELECT value FROM json_each(?))`, // +: else the whole match is made anew for each id
    binds: [...binds, JSON.stringify(ids)],
  });
}

/** Of the words alone where they decide alone, since they hold the organisation too: to look up each entry takes twice as long. */
function wholeOf(org_id: string, { taken_from, taken_to }: IndexQuery, match: string | null): Whole {
  const conditions: string[] = [];
  const binds: (string | number)[] = [];
  const when = (condition: string, value: string | number | null | undefined) => {
    if (value === undefined || value === null) return;
    conditions.push(condition);
    binds.push(value);
  };
  when('words MATCH ?', match);
  when('taken_at >= ?', taken_from);
  when('taken_at <= ?', taken_to);
  const alone = match !== null && conditions.length === 1;
  if (!alone) when('entries.deleted = 0 AND entries.org_id = ?', org_id);
  const both = 'words CROSS JOIN entries ON entries.id = words.rowid'; // CROSS: the words are read first
  const from = alone ? 'words' : match === null ? 'entries' : both;
  return { id: match === null ? 'entries.id' : 'words.rowid', sql: `FROM ${from} WHERE ${conditions.join(' AND ')}`, binds };
}
const wholeOfIds = (ids: number[]): Whole => ({
  id: 'entries.id',
  sql: 'FROM entries WHERE id IN (SELECT value FROM json_each(?))',
  binds: [JSON.stringify(ids)],
});

const count = (db: Sqlite, { sql, binds }: Whole): number =>
  Number(db.prepare(`SELECT count(*) AS n ${sql}`).get(...binds)?.n ?? 0);

function pageOf(db: Sqlite, org_id: string, { hits, total, exact }: Result): Omit<IndexPage, 'facets'> {
  const { sql, binds } = wholeOfIds(hits.map(({ id }) => id));
  const rows = db
    .prepare(`SELECT id, resource_id, revision ${sql} AND +org_id = ? AND deleted = 0`) // +: by id, not by way of all that the organisation has
    .all(...binds, org_id);
  const known = new Map(
    rows.map(({ id, resource_id, revision }) => [Number(id), { resource_id: String(resource_id), revision: Number(revision) }]),
  );
  const found = hits.flatMap(({ id, score }) => {
    const entry = known.get(id);
    return entry ? [{ ...entry, score }] : [];
  });
  return { hits: found, total, total_is_exact: exact };
}
