/**
 * Searching. Three lists, each whole and in a fixed order, of which a page is a piece: by words (bm25), by nearness of vectors, and
 * both as one; or by newest.
 */
import type { IndexPage, IndexQuery } from '../../runtime/ports/search-index.ts';
import { AS_TYPED, FUSED, fusion, type Near, type Ranked as RankedAs, rest, WEIGHT } from '../shared/fuse.ts';
import type { Sqlite } from '../sqlite/database.ts';
import type { Columns } from './columns.ts';
import { COLUMNS } from './file.ts';
import { needsMatch, ofFilters, ofQuery, ofQueryAsTyped, ofQueryNamed } from './match.ts';
import type { Vectors } from './vectors.ts';

const BM25 = `bm25(words, 0, ${COLUMNS.map(({ field }) => WEIGHT[field]).join(', ')})`;
/** Matches that are all ranked: 1 ms a thousand. Of words that more have, which tell little, only some are. */
const RANKED = 8_000;
/** Those are: so many that have one of the words elsewhere than in their text, and as many others, the last entered of both. */
const CANDIDATES = 1_000;

type Ranked = RankedAs<number>;
/** Everything found: `SELECT ${id} ${sql}` gives its entries. */
type Whole = { id: string; sql: string; binds: (string | number)[] };
/** hits: those of the page, in order. ids: everything found, where it was wanted. */
type Result = { hits: Ranked[]; total: number; exact: boolean; ids: Int32Array | null };
type Parts = { db: Sqlite; columns: Columns; vectors: Vectors; vector_floor: number };
/** org: whose token the words must be beside; null where there is no other's. except, only: entries of the ids of the query. */
type World = Parts & { org_id: string; org: string | null; query: IndexQuery; except: number[]; only: number[] | null };

export function searcher(parts: Parts): (org_id: string, query: IndexQuery) => IndexPage {
  const { db, columns } = parts;
  return (org_id, query) => {
    const org = columns.holdsOnly(org_id) ? null : org_id;
    const only = query.only ? entriesOf(db, org_id, query.only) : null;
    const result = resultOf({ ...parts, org_id, org, query, except: entriesOf(db, org_id, query.except), only });
    const facets = query.facets.length > 0 && result.ids ? columns.facets(query.facets, result.ids) : {};
    return { ...pageOf(db, org_id, result), facets };
  };
}

function entriesOf(db: Sqlite, org_id: string, resource_ids: string[]): number[] {
  if (resource_ids.length === 0) return [];
  const asked = db.prepare('SELECT id FROM entries WHERE resource_id IN (SELECT value FROM json_each(?)) AND org_id = ?');
  return asked.all(JSON.stringify(resource_ids), org_id).map(({ id }) => Number(id));
}

function resultOf(world: World): Result {
  const { org_id, query } = world;
  if (query.query.all.length === 0) return byNewest(world, needsMatch(query) ? ofFilters(org_id, query) : null);
  if (query.mode === 'vector') return byVector(world);
  if (query.sort === 'newest') return byNewest(world, ofQuery(world.org, query));
  const vector = query.mode === 'hybrid' ? query.vector : null;
  return vector?.some((value) => value !== 0) ? byBoth(world, vector) : byWords(world);
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
  const total = ids?.length ?? (every ? columns.count(org_id) : count(db, whole));
  return { hits: scoreless(rows.map(({ id }) => Number(id))), total, exact: true, ids };
}

function byWords(world: World): Result {
  const { total, ids } = matched(world);
  return { hits: rankedByWords(world, total, world.query.limit), total, exact: true, ids };
}

/** How many the words find, and which, if they are to be counted by their facets. */
function matched(world: World): { total: number; ids: Int32Array | null } {
  const { db, query } = world;
  const whole = wholeOf(world, ofQuery(world.org, query));
  const ids = query.facets.length > 0 ? idsOf(db, whole) : null;
  return { total: ids?.length ?? count(db, whole), ids };
}

/** Those that have the words as they were typed come first. */
function rankedByWords(world: World, total: number, limit: number): Ranked[] {
  const match = ofQueryAsTyped(world.org, world.query);
  if (match === null) return rankedBySingleWords(world, total, limit);
  const asTyped = ranked(world, match, { last: total <= RANKED ? null : CANDIDATES, limit });
  const first = new Set(asTyped.map(({ id }) => id));
  const raised = asTyped.map(({ id, score }) => ({ id, score: score + AS_TYPED }));
  if (raised.length >= limit) return raised;
  const others = rankedBySingleWords(world, total, limit).filter(({ id }) => !first.has(id));
  return [...raised, ...others].slice(0, limit);
}

function rankedBySingleWords(world: World, total: number, limit: number): Ranked[] {
  const { org, query } = world;
  if (total <= RANKED) return ranked(world, ofQuery(org, query), { last: null, limit });
  const best = new Map<number, number>();
  for (const match of [ofQuery(org, query), ofQueryNamed(org, query)])
    for (const { id, score } of ranked(world, match, { last: CANDIDATES, limit }))
      best.set(id, Math.max(score, best.get(id) ?? Number.NEGATIVE_INFINITY));
  return [...best]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || b.id - a.id)
    .slice(0, limit);
}

/** The best of all, or of the last entered. bm25 of FTS5 is the lower the better. */
function ranked(world: World, match: string, { last, limit }: { last: number | null; limit: number }): Ranked[] {
  const { sql, binds } = wholeOf(world, match);
  const some = last === null ? '' : `ORDER BY words.rowid DESC LIMIT ${last}`;
  return world.db
    .prepare(`SELECT id, cost FROM (SELECT words.rowid AS id, ${BM25} AS cost ${sql} ${some}) ORDER BY cost, id DESC LIMIT ?`)
    .all(...binds, limit)
    .map(({ id, cost }) => ({ id: Number(id), score: -Number(cost) }));
}

/** The nearest, however far: this was asked for. There is no end to nearness, so at most FUSED. */
function byVector(world: World): Result {
  const { columns, query } = world;
  if (!query.vector) throw new Error('a search by vector needs one');
  const near = nearest(world, query.vector).map(({ id, similarity }) => ({ id, score: similarity }));
  const ids = Int32Array.from(near, ({ id }) => id);
  const scores = new Map(near.map(({ id, score }) => [id, score]));
  const hits =
    query.sort === 'newest'
      ? columns.newest(ids, query.after, query.limit).map((id) => ({ id, score: scores.get(id) ?? 0 }))
      : near.slice(0, query.limit);
  return { hits, total: near.length, exact: near.length < FUSED, ids };
}

/** The two lists fused, and after them the words' list goes on. */
function byBoth(world: World, vector: Float32Array): Result {
  const { db, query, vector_floor } = world;
  const { limit } = query;
  const own = matched(world);
  const list = rankedByWords(world, own.total, limit + FUSED);
  const first = list.slice(0, FUSED);
  const { fused, strangers } = fusion(first, nearest(world, vector), vector_floor);
  const further = own.total > first.length; // some of them may be found by their words too, but further down
  const known = further ? among(db, wholeOf(world, ofQuery(world.org, query)), strangers) : new Set<number>();
  const extra = strangers.filter((id) => !known.has(id));
  const hits = fused.slice(0, limit);
  if (hits.length < limit) hits.push(...rest(list.slice(FUSED), { known, max: limit - hits.length }));
  const ids = own.ids && Int32Array.from([...own.ids, ...extra]);
  return { hits, total: own.total + extra.length, exact: strangers.length < FUSED, ids };
}

function nearest(world: World, vector: Float32Array): Near<number>[] {
  const { db, vectors, org_id, query, except, only } = world;
  const filtered =
    needsMatch({ ...query, query: { ...query.query, all: [] } }) || hasTimes(query) || except.length > 0 || only !== null;
  return vectors.nearest(org_id, vector, FUSED, filtered ? new Set(idsOf(db, wholeOf(world, ofFilters(org_id, query)))) : null);
}

const hasTimes = ({ taken_from, taken_to, created_from, created_to }: IndexQuery): boolean =>
  [taken_from, taken_to, created_from, created_to].some((time) => time !== undefined);

function among(db: Sqlite, { id, sql, binds }: Whole, ids: number[]): Set<number> {
  if (ids.length === 0) return new Set();
  const both = `${sql} AND +${id} IN (SELECT value FROM json_each(?))`; // +: else the whole match is made anew for each id
  return new Set(idsOf(db, { id, sql: both, binds: [...binds, JSON.stringify(ids)] }));
}

/** As one text, since a row for each id takes five times as long. */
function idsOf(db: Sqlite, { id, sql, binds }: Whole): Int32Array {
  const { ids, n } = db.prepare(`SELECT group_concat(${id}) AS ids, count(*) AS n ${sql}`).get(...binds) ?? {};
  const found = new Int32Array(Number(n ?? 0));
  const joined = String(ids ?? '');
  let value = 0;
  let row = 0;
  for (let at = 0; at < joined.length; at += 1) {
    const code = joined.charCodeAt(at);
    if (code !== COMMA) value = value * 10 + code - ZERO;
    else {
      found[row++] = value;
      value = 0;
    }
  }
  if (row < found.length) found[row] = value;
  return found;
}
const [COMMA, ZERO] = [44, 48];

/** Selects by the words alone where these decide alone, since they hold the organisation too: looking up each entry takes twice as long. */
function wholeOf({ org_id, query, except, only }: World, match: string | null): Whole {
  const conditions: string[] = [];
  const binds: (string | number)[] = [];
  const when = (condition: string, value: string | number | null | undefined) => {
    if (value === undefined || value === null) return;
    conditions.push(condition);
    binds.push(value);
  };
  when('words MATCH ?', match);
  when('taken_at >= ?', query.taken_from);
  when('taken_at <= ?', query.taken_to);
  when('created_at >= ?', query.created_from);
  when('created_at < ?', query.created_to);
  const alone = match !== null && conditions.length === 1;
  if (!alone) when('entries.deleted = 0 AND entries.org_id = ?', org_id);
  const id = match === null ? 'entries.id' : 'words.rowid';
  if (except.length > 0) when(`+${id} NOT IN (SELECT value FROM json_each(?))`, JSON.stringify(except));
  if (only) when(`+${id} IN (SELECT value FROM json_each(?))`, JSON.stringify(only));
  const both = 'words CROSS JOIN entries ON entries.id = words.rowid'; // CROSS: the words are read first
  const from = alone ? 'words' : match === null ? 'entries' : both;
  return { id, sql: `FROM ${from} WHERE ${conditions.join(' AND ')}`, binds };
}
const count = (db: Sqlite, { sql, binds }: Whole): number =>
  Number(db.prepare(`SELECT count(*) AS n ${sql}`).get(...binds)?.n ?? 0);

function pageOf(db: Sqlite, org_id: string, { hits, total, exact }: Result): Omit<IndexPage, 'facets'> {
  const rows = db
    .prepare(
      `SELECT id, resource_id, revision, created_at FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND +org_id = ? AND deleted = 0`,
    ) // +: by id, not by way of all that the organisation has
    .all(JSON.stringify(hits.map(({ id }) => id)), org_id);
  const known = new Map(
    rows.map(({ id, resource_id, revision, created_at }) => [
      Number(id),
      { resource_id: String(resource_id), revision: Number(revision), created_at: Number(created_at) },
    ]),
  );
  const found = hits.flatMap(({ id, score }) => {
    const entry = known.get(id);
    return entry ? [{ ...entry, score }] : [];
  });
  return { hits: found, total, total_is_exact: exact };
}
