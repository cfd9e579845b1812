/** A query as Elasticsearch reads it. Whose pictures is a filter inside every query: what is another's is not even looked at. */

import type { estypes } from '@elastic/elasticsearch';
import { CLASS, type IndexFilters } from '../../runtime/ports/search-index.ts';
import { adjacent, toTheLetter } from '../../text/adjacent.ts';
import type { Stream } from '../../text/analyse.ts';
import { CODE_SIGN } from '../../text/codes.ts';
import type { Phrase, QueryTerm } from '../../text/query.ts';
import type { Sought, Weighed } from '../../text/sought.ts';
import { PREFIX_CHARS } from './mapping.ts';

type Query = estypes.QueryDslQueryContainer;
/** Words that begin so: those longer than PREFIX_CHARS are looked up one by one, and of so many letters there are few. */
const EXPANSIONS = 1_000;

/** What is there and theirs. */
export const ofOrganisation = (org_id: string): Query[] => [{ term: { org_id } }, { term: { deleted: false } }];

/** Finds what the filters let through, whatever its words. */
export const ofFilters = (org_id: string, filters: IndexFilters): Query => ({
  bool: { filter: scopes(org_id, filters), must_not: excluded(filters) },
});

/** Finds the words, among what the filters let through. */
export const ofQuery = (org_id: string, filters: IndexFilters): Query => ({
  bool: { filter: [...filters.query.all.map((one) => term(one)), ...scopes(org_id, filters)], must_not: excluded(filters) },
});

/** The same, with what is said of each as its score. */
export function inClasses(org_id: string, filters: IndexFilters): Query {
  const { all } = filters.query;
  const [as_typed, together] = [toTheLetter(filters.query), adjacent(filters.query)];
  const named = all.map((one) => term(one, NAMED));
  return weighted(ofQuery(org_id, filters), [
    ...(as_typed ? [{ query: phrase(as_typed, ALL), weight: CLASS.as_typed }] : []),
    ...(together ? [{ query: phrase(together, ALL), weight: CLASS.together }] : []),
    { query: { bool: { filter: named } }, weight: CLASS.all_named },
    ...(all.length > 1 ? [{ query: { bool: { should: named, minimum_should_match: 1 } }, weight: CLASS.one_named }] : []),
  ]);
}

/** Finds what has any of these among what the filters let through, with the sum of their weights as its score. */
export function ofWeighed(org_id: string, filters: IndexFilters, weighed: readonly Weighed[]): Query {
  const sought = weighed.map(({ sought: one, weight }) => ({ query: seek(one), weight }));
  const any = { bool: { should: sought.map(({ query }) => query), minimum_should_match: 1 } };
  return weighted({ bool: { filter: [ofFilters(org_id, filters), any] } }, sought);
}

const weighted = (found: Query, weights: { query: Query; weight: number }[]): Query => ({
  bool: {
    filter: found,
    should: weights.map(({ query, weight }) => ({ constant_score: { filter: query, boost: weight } })),
    minimum_should_match: 0,
  },
});

/** Words that one is looked for by, the nearest first. */
const NEAR_WORDS = 24;
/** Letters of a word that two edits leave enough of. */
const TWO_EDITS_CHARS = 5;

export function seek(sought: Sought): Query {
  if ('phrase' in sought) return phrase(sought.phrase, ALL);
  if ('left' in sought) return { intervals: { plain: withGap(sought) } };
  if ('like' in sought) return likeOf(sought);
  if ('all' in sought) return { bool: { filter: sought.all.map(seek) } };
  return { bool: { should: sought.any.map(seek), minimum_should_match: 1 } };
}

function withGap({ left, right }: { left: string[]; right: string[] }): estypes.QueryDslIntervalsQuery {
  const run = (tokens: string[]) => ({ match: { query: tokens.join(' '), max_gaps: 0, ordered: true } });
  return { all_of: { intervals: [run(left), run(right)], max_gaps: 1, ordered: true } };
}

function likeOf({ like, stream, within }: Extract<Sought, { like: string }>): Query {
  const fuzziness = like.length < TWO_EDITS_CHARS ? 1 : 2;
  const prefix_length = like.startsWith(CODE_SIGN) ? CODE_SIGN.length : 0; // else sounds would be near to a code
  const near: Query = { fuzzy: { [stream]: { value: like, fuzziness, prefix_length, max_expansions: NEAR_WORDS } } };
  if (!within) return near;
  return { bool: { should: [near, { wildcard: { [stream]: { value: `*${like}*` } } }], minimum_should_match: 1 } };
}

const excluded = ({ query: { none, no_tags }, except }: IndexFilters): Query[] => [
  ...none.map((one) => term(one)),
  ...no_tags.map((folded) => ({ term: { folded_tags: folded } })),
  ...(except.length > 0 ? [{ terms: { resource_id: except } }] : []),
];

export const theseOf = (org_id: string, ids: string[]): Query => ({
  bool: { filter: [...ofOrganisation(org_id), { terms: { resource_id: ids } }] },
});

function scopes(
  org_id: string,
  { query, tag, batch_id, taken_from, taken_to, created_from, created_to, only }: IndexFilters,
): Query[] {
  const taken = {
    ...(taken_from === undefined ? {} : { gte: taken_from }),
    ...(taken_to === undefined ? {} : { lte: taken_to }),
  };
  const created = {
    ...(created_from === undefined ? {} : { gte: created_from }),
    ...(created_to === undefined ? {} : { lt: created_to }),
  };
  return [
    ...ofOrganisation(org_id),
    ...query.tags.map((folded) => ({ term: { folded_tags: folded } })),
    ...(tag?.length ? [{ terms: { tags: tag } }] : []),
    ...(batch_id?.length ? [{ terms: { batch_id } }] : []),
    ...(only ? [{ terms: { resource_id: only } }] : []),
    ...(Object.keys(taken).length > 0 ? [{ range: { taken_at: taken } }] : []),
    ...(Object.keys(created).length > 0 ? [{ range: { created_at: created } }] : []),
  ];
}

type Field = Record<Stream, string>;
const ALL: Field = { grams: 'grams', plain: 'plain' };
const NAMED: Field = { grams: 'named_grams', plain: 'named_plain' };

const term = ({ any }: QueryTerm, field = ALL): Query => {
  const [first, ...others] = any.map((one) => phrase(one, field));
  return first && others.length === 0
    ? first
    : { bool: { should: any.map((one) => phrase(one, field)), minimum_should_match: 1 } };
};

function phrase({ stream, tokens, prefix }: Phrase, field: Field): Query {
  const [query, name] = [tokens.join(' '), field[stream]];
  if (tokens.length === 1) return prefix ? { prefix: { [name]: query } } : { term: { [name]: query } };
  if (!prefix) return { match_phrase: { [name]: query } };
  const last = tokens.at(-1)?.length ?? 0;
  return {
    match_phrase_prefix: { [name]: { query, ...(last > PREFIX_CHARS.max_chars ? { max_expansions: EXPANSIONS } : {}) } },
  };
}
