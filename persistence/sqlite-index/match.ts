/** A query as FTS5 reads it. Whose pictures, which tags and which batches are tokens too, so that they are part of the one search. */
import type { IndexEntry, IndexQuery } from '../../runtime/ports/search-index.ts';
import { adjacent } from '../../text/adjacent.ts';
import { foldTag } from '../../text/document.ts';
import type { Phrase, QueryTerm } from '../../text/query.ts';
import { COLUMNS } from './file.ts';

type Filters = Pick<IndexQuery, 'query' | 'tag' | 'batch_id'>;

const hex = (text: string): string => Buffer.from(text).toString('hex');
/** One letter says of what, hexadecimal makes it one token whatever the id is. */
const token = {
  org: (org_id: string) => `o${hex(org_id)}`,
  entry: (org_id: string, resource_id: string) => `r${hex(org_id)}z${hex(resource_id)}v`,
  tag: (tag: string) => `t${hex(tag)}`,
  foldedTag: (tag: string) => `g${hex(tag)}`,
  batch: (batch_id: string) => `b${hex(batch_id)}`,
};

/** What the column `scope` of an entry holds. */
export function scopeOf({ org_id, resource_id, revision, saved: { tags, batch_id } }: IndexEntry): string {
  const tagged = tags.flatMap((tag) => [token.tag(tag), token.foldedTag(foldTag(tag))]);
  return [
    token.org(org_id),
    `${token.entry(org_id, resource_id)}${revision}`,
    ...tagged,
    ...(batch_id === null ? [] : [token.batch(batch_id)]),
  ].join(' ');
}

/** Finds an entry at one revision, or at any. One token: to meet it with the organisation's takes twice as long, and more in a large one. */
export const ofEntry = (org_id: string, resource_id: string, revision: number | null): string =>
  revision === null ? `${scoped(token.entry(org_id, resource_id))} *` : scoped(`${token.entry(org_id, resource_id)}${revision}`);

/** Finds what the filters let through, whatever its words. */
export const ofFilters = (org_id: string, filters: Filters): string => without(all(scopes(org_id, filters)), filters.query);

/**
 * Finds the words, among what the filters let through. `org_id` null: the file holds pictures of one organisation alone, and its token
 * would be met in every entry for nothing: ranking 300 matches of 100,000 took 3.7 ms with it and 0.5 ms without.
 */
export const ofQuery = (org_id: string | null, filters: Filters): string =>
  without(all([...filters.query.all.map((one) => term(one)), ...scopes(org_id, filters)]), filters.query);

/** Narrows `ofQuery` to entries that have the words as they were typed, one after the other; null where that says nothing. */
export function ofQueryAsTyped(org_id: string | null, filters: Filters): string | null {
  const asTyped = adjacent(filters.query);
  return asTyped && without(all([phrase(asTyped, everyColumn), ...scopes(org_id, filters)]), filters.query);
}

/** Narrows `ofQuery` to entries that have one of the words elsewhere than in the text, for example in the title. */
export const ofQueryNamed = (org_id: string | null, filters: Filters): string =>
  without(
    all([
      any(filters.query.all.map((one) => term(one, namedColumns))),
      ...filters.query.all.map((one) => term(one)),
      ...scopes(org_id, filters),
    ]),
    filters.query,
  );

/** False for the plain listing of an organisation: the table of entries answers it. */
export const needsMatch = ({ query, tag, batch_id }: Filters): boolean =>
  query.all.length + query.none.length + query.tags.length + query.no_tags.length + (tag?.length ?? 0) + (batch_id?.length ?? 0) >
  0;

function scopes(org_id: string | null, { query, tag, batch_id }: Filters): string[] {
  return [
    ...(org_id === null ? [] : [scoped(token.org(org_id))]),
    ...query.tags.map((one) => scoped(token.foldedTag(one))),
    ...(tag?.length ? [any(tag.map((one) => scoped(token.tag(one))))] : []),
    ...(batch_id?.length ? [any(batch_id.map((one) => scoped(token.batch(one))))] : []),
  ];
}

const scoped = (one: string): string => `scope : "${one}"`;
const all = (parts: string[]): string => parts.map((part) => `(${part})`).join(' AND ');
const any = (parts: string[]): string => parts.map((part) => `(${part})`).join(' OR ');
const without = (found: string, { none, no_tags }: Filters['query']): string => {
  const parts = [...none.map((one) => term(one)), ...no_tags.map((one) => scoped(token.foldedTag(one)))];
  return parts.length === 0 ? found : `(${found}) NOT (${any(parts)})`;
};

type Columns = Record<Phrase['stream'], string>;
const columnsWhere = (holds: (field: string) => boolean): Columns => {
  const names = (stream: Phrase['stream']) =>
    COLUMNS.filter((one) => one.stream === stream && holds(one.field)).map(({ name }) => name);
  return { grams: `{${names('grams').join(' ')}}`, plain: `{${names('plain').join(' ')}}` };
};
const everyColumn = columnsWhere(() => true);
const namedColumns = columnsWhere((field) => field !== 'text');

const term = (wanted: QueryTerm, columns = everyColumn): string => any(wanted.any.map((one) => phrase(one, columns)));
/** A token holds no quote: see text/analyse.ts. */
const phrase = ({ stream, tokens, prefix }: Phrase, columns: Columns): string =>
  `${columns[stream]} : "${tokens.join(' ').replaceAll('"', '')}"${prefix ? ' *' : ''}`;
