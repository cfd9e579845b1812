/**
 * What is found below `exact`: the index looks for candidates, and the saved text of each decides whether it is one, and its place
 * (text/rank.ts). So every index finds the same in the same order.
 */
import { TIERS, type Tier } from '../../contract/tiers.ts';
import { lowerQuery, type Part, soughtAlike, soughtPart, soughtTerm } from '../../text/lower-query.ts';
import type { ParsedQuery, QueryTerm } from '../../text/query.ts';
import { byPlace, type Ranked, type Readable, rankAlike, rankExact, rankSome } from '../../text/rank.ts';
import { rankSound, soughtSound, soundQuery } from '../../text/sound-query.ts';
import type { Scope } from '../ports/scope.ts';
import type { IndexFilters, IndexPage, SearchIndex } from '../ports/search-index.ts';
import { CLASS } from '../ports/search-index.ts';

/** Candidates that are read for a tier: what is not among them is not shown in it. */
export const CANDIDATES = { alike: 100, some: 60, meaning: 60 } as const;
/** With as many hits above it a tier is not looked for: `some`, and `meaning`. */
export const ENOUGH = 10;
/** Parts that candidates of `some` have one of: the rarest, and together in no more entries than these. The first may be there nearly. */
const OPENING = { parts: 6, entries: 12_000, nearly: 4 };
/** Weights are whole numbers, so that sums are the same everywhere. */
const WEIGHT_STEPS = 10;
/** What is nowhere may be a slip, and two Han that stand nowhere together may be parts of two words. */
const NOWHERE = { word: 0.5, pair: 0.2 };
/** Hits that are ordered together by how near their words stand. */
export const WINDOW = 20;

type Hit = IndexPage['hits'][number];
/** marks: what stands in it of what was typed; null: as typed. */
export type TierHit = Hit & { match: Tier; marks: QueryTerm[] | null };
/** Returns the texts of those that may be shown. */
export type ReadTexts = (hits: readonly Hit[]) => Promise<ReadonlyMap<string, Readable>>;
export type TermCount = { term: string; count: number };

/** Orders a window of exact hits: in each class those first whose words stand near one another. */
export async function inOrder(hits: readonly Hit[], query: ParsedQuery, read: ReadTexts): Promise<Hit[]> {
  const apart = hits.filter(({ score }) => score < CLASS.together);
  if (query.all.length < 2 || apart.length < 2) return [...hits];
  const texts = await read(apart);
  const placed = hits.map((hit) => {
    const text = texts.get(hit.resource_id);
    return { ...hit, ...(text ? rankExact(query, text) : AS_FOUND) };
  });
  const sorted = placed.sort((a, b) => b.score - a.score || byPlace(a, b));
  return sorted.map(({ resource_id, revision, created_at, score }) => ({ resource_id, revision, created_at, score }));
}
const AS_FOUND = { amount: 0, apart: 0, field: 0 };

export type Near = { vector: Float32Array; least: number };
/** rest: called between pieces of work, so that others are served. near: the vector of the query and the least cosine of what is near to it, asked for when they are needed; null: there are none. */
export type LowerSearch = {
  index: SearchIndex;
  scope: Scope;
  filters: IndexFilters;
  read: ReadTexts;
  rest: () => Promise<void>;
  near: () => Promise<Near | null>;
};
/** hits: those of `alike` first. totals: how many are shown of each; null: not looked for. terms: none where enough was found. */
export type LowerTiers = { hits: TierHit[]; totals: Record<Exclude<Tier, 'exact'>, number | null>; terms: TermCount[] };

/** exact: ids of all exact hits. Each tier is looked for only where those above have too little. */
export async function lowerTiers(search: LowerSearch, { exact, lowest }: { exact: string[]; lowest: Tier }): Promise<LowerTiers> {
  const found: LowerTiers = { hits: [], totals: { alike: null, some: null, meaning: null }, terms: [] };
  const known = new Set(exact);
  const add = (tier: Exclude<Tier, 'exact'>, hits: TierHit[]) => {
    const own = hits.filter(({ resource_id }) => !known.has(resource_id));
    for (const { resource_id } of own) known.add(resource_id);
    found.hits.push(...own);
    found.totals[tier] = (found.totals[tier] ?? 0) + own.length;
  };
  const others = (): LowerSearch => ({ ...search, filters: excepting(search.filters, known) });
  const wanted = (tier: Tier) => TIERS.indexOf(tier) <= TIERS.indexOf(lowest);
  if (!search.filters.query.strict && wanted('alike')) add('alike', await alikeHits(others()));
  const enough = known.size >= ENOUGH;
  if (!enough) found.terms = await termCounts(search);
  if (!search.filters.query.strict && !enough && wanted('some')) {
    add('some', await someHits(others()));
    add('some', await soundHits(others(), search.filters.except));
  }
  if (!search.filters.query.strict && !enough && wanted('meaning')) {
    const near = await search.near();
    if (near) add('meaning', await meaningHits(others(), near));
  }
  return found;
}

/** As many as the index takes. */
const MAX_EXCEPT = 1_000;
const excepting = (filters: IndexFilters, known: ReadonlySet<string>): IndexFilters => ({
  ...filters,
  except: [...filters.except, ...known].slice(0, MAX_EXCEPT),
});

/** What its vector alone finds. */
async function meaningHits({ index, scope, filters }: LowerSearch, near: Near): Promise<TierHit[]> {
  const listing = { sort: 'relevance' as const, after: null, facets: [], limit: CANDIDATES.meaning };
  const { hits } = await index.search(scope, { ...filters, ...listing, mode: 'vector', ...near });
  return hits.map((hit) => ({ ...hit, match: 'meaning', marks: [] }));
}

async function termCounts({ index, scope, filters }: LowerSearch): Promise<TermCount[]> {
  const { all, words } = filters.query;
  const { counts } = await index.counts(scope, filters, all.map(soughtTerm));
  return words.map((term, at) => ({ term, count: counts[at] ?? 0 }));
}

/** What has each thing typed, exactly or nearly. */
export async function alikeHits(search: LowerSearch): Promise<TierHit[]> {
  const { index, scope, filters } = search;
  const { alike } = lowerQuery(filters.query) ?? { alike: [] };
  if (alike.length === 0) return [];
  const found = await index.candidates(scope, filters, soughtAlike(alike), CANDIDATES.alike);
  return ranked(found, search, { match: 'alike', rank: (text) => rankAlike(alike, text) });
}

/** What has a part of what was typed. What is excepted counts too: it says how rare a word is. */
export async function someHits(search: LowerSearch): Promise<TierHit[]> {
  const { index, scope, filters } = search;
  const { some } = lowerQuery(filters.query) ?? { some: [] };
  if (some.length === 0) return [];
  const sought = some.map((part) => soughtPart(part, false));
  const { total, counts } = await index.counts(scope, { ...filters, except: [] }, sought);
  const weighed = some.map((part, at) => {
    const count = counts[at] ?? 0;
    return { part, weight: weightOf(part, count, total), count };
  });
  const opening = openingOf(weighed);
  if (opening.length === 0) return [];
  const nearly = opening.map(({ part, weight }, at) => ({ sought: soughtPart(part, at < OPENING.nearly), weight }));
  const found = await index.candidates(scope, filters, nearly, CANDIDATES.some);
  const weights = weighed.map(({ weight }) => weight);
  return ranked(found, search, { match: 'some', rank: (text) => rankSome(some, weights, text) });
}

/** What has words that stand nowhere, whatever is filtered, by their sound in its title, tags or file name. withdrawn: ids of what nobody may find. */
async function soundHits(search: LowerSearch, withdrawn: string[]): Promise<TierHit[]> {
  const { query: typed } = search.filters;
  if (
    !soundQuery(
      typed,
      typed.all.map(() => true),
    )
  )
    return [];
  const anywhere = { query: { ...typed, tags: [], no_tags: [] }, except: withdrawn };
  const { counts } = await search.index.counts(search.scope, anywhere, typed.all.map(soughtTerm));
  const query = soundQuery(
    typed,
    counts.map((count) => count === 0),
  );
  if (!query) return [];
  const found = await search.index.candidates(search.scope, search.filters, soughtSound(query), CANDIDATES.some);
  return ranked(found, search, { match: 'some', rank: (text) => rankSound(query, text) });
}

/** What a part says: the more, the fewer have it. */
function weightOf({ pair }: Part, count: number, total: number): number {
  const share = count > 0 ? 1 : pair ? NOWHERE.pair : NOWHERE.word;
  return Math.max(1, Math.round(WEIGHT_STEPS * share * Math.log(1 + total / (1 + count))));
}

function openingOf<One extends { count: number; part: Part }>(parts: readonly One[]): One[] {
  const rarest = parts.filter(({ count, part }) => count > 0 || part.near !== null).sort((a, b) => a.count - b.count);
  let entries = 0;
  return rarest.slice(0, OPENING.parts).filter(({ count }, at) => {
    entries += count;
    return at === 0 || entries <= OPENING.entries;
  });
}

type Ranking = { match: Tier; rank: (text: Readable) => Ranked | null };
async function ranked(found: readonly Hit[], { read, rest }: LowerSearch, { match, rank }: Ranking): Promise<TierHit[]> {
  const texts = await read(found);
  const placed: (Hit & Ranked)[] = [];
  for (const hit of found) {
    const text = texts.get(hit.resource_id);
    const place = text ? rank(text) : null;
    if (place) placed.push({ ...hit, ...place });
    await rest();
  }
  return placed.sort(byPlace).map(({ resource_id, revision, created_at, score, marks }) => ({
    ...{ resource_id, revision, created_at, score, match, marks },
  }));
}
