/** A query as Elasticsearch reads it. Whose pictures is a filter inside every query: what is another's is not even looked at. */
import type { estypes } from '@elastic/elasticsearch';
import type { IndexQuery } from '../../runtime/ports/search-index.ts';
import { adjacent } from '../../text/adjacent.ts';
import type { ParsedQuery, Phrase, QueryTerm } from '../../text/query.ts';
import { AS_TYPED } from '../shared/fuse.ts';
import { PREFIX_CHARS } from './mapping.ts';

type Query = estypes.QueryDslQueryContainer;
type Times = 'taken_from' | 'taken_to' | 'created_from' | 'created_to';
type Filters = Pick<IndexQuery, 'query' | 'tag' | 'batch_id' | Times | 'except' | 'only'>;
/** Words that begin so: those longer than PREFIX_CHARS are looked up one by one, and of so many letters there are few. */
const EXPANSIONS = 1_000;

/** What is there and theirs. */
export const ofOrganisation = (org_id: string): Query[] => [{ term: { org_id } }, { term: { deleted: false } }];

/** Finds what the filters let through, whatever its words. */
export const ofFilters = (org_id: string, filters: Filters): Query => ({
  bool: { filter: scopes(org_id, filters), must_not: excluded(filters) },
});

/** Finds the words, among what the filters let through; those that have them as they were typed, one after the other, come first. */
export const ofQuery = (org_id: string, filters: Filters): Query => ({
  bool: {
    must: filters.query.all.map(term),
    should: together(filters.query),
    filter: scopes(org_id, filters),
    must_not: excluded(filters),
  },
});

function together(query: ParsedQuery): Query[] {
  const asTyped = adjacent(query);
  return asTyped ? [{ constant_score: { filter: phrase(asTyped), boost: AS_TYPED } }] : [];
}

const excluded = ({ query: { none, no_tags }, except }: Filters): Query[] => [
  ...none.map(term),
  ...no_tags.map((folded) => ({ term: { folded_tags: folded } })),
  ...(except.length > 0 ? [{ terms: { resource_id: except } }] : []),
];

/** Narrows a query to these ids. */
export const ofThese = (found: Query, ids: string[]): Query => ({ bool: { filter: [found, { terms: { resource_id: ids } }] } });

/** What a query finds, and these of the organisation. */
export const orThese = (org_id: string, found: Query, ids: string[]): Query => ({
  bool: { should: [found, theseOf(org_id, ids)], minimum_should_match: 1 },
});

export const theseOf = (org_id: string, ids: string[]): Query => ({
  bool: { filter: [...ofOrganisation(org_id), { terms: { resource_id: ids } }] },
});

function scopes(
  org_id: string,
  { query, tag, batch_id, taken_from, taken_to, created_from, created_to, only }: Filters,
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

const term = ({ any }: QueryTerm): Query => {
  const [first, ...others] = any.map(phrase);
  return first && others.length === 0 ? first : { bool: { should: any.map(phrase), minimum_should_match: 1 } };
};

function phrase({ stream, tokens, prefix }: Phrase): Query {
  const query = tokens.join(' ');
  if (tokens.length === 1) return prefix ? { prefix: { [stream]: query } } : { term: { [stream]: query } };
  if (!prefix) return { match_phrase: { [stream]: query } };
  const last = tokens.at(-1)?.length ?? 0;
  return {
    match_phrase_prefix: { [stream]: { query, ...(last > PREFIX_CHARS.max_chars ? { max_expansions: EXPANSIONS } : {}) } },
  };
}
