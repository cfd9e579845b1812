/** A query as FTS5 reads it. Whose pictures, which tags and which batches are tokens too, so that they are part of the one search. */
import type { IndexEntry, IndexFilters } from '../../runtime/ports/search-index.ts';
import { foldTag } from '../../text/document.ts';
import type { Phrase, QueryTerm } from '../../text/query.ts';
import type { Sought } from '../../text/sought.ts';
import { COLUMNS } from './file.ts';

type Filters = Pick<IndexFilters, 'query' | 'tag' | 'batch_id'>;

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

/** Narrows `ofQuery` to entries that have the words so, such as one after the other. */
export const ofQuerySo = (org_id: string | null, filters: Filters, so: Phrase): string =>
  without(all([phrase(so, everyColumn), ...scopes(org_id, filters)]), filters.query);

/** Narrows `ofQuery` to entries that have all or any of the words elsewhere than in the text, for example in the title; `so`: and have them so anywhere. */
export const ofQueryNamed = (org_id: string | null, filters: Filters, words: 'all' | 'any', so?: Phrase): string => {
  const named = filters.query.all.map((one) => term(one, namedColumns));
  const own = filters.query.all.map((one) => term(one));
  return without(
    all([
      words === 'all' ? all(named) : any(named),
      ...(words === 'all' ? [] : own),
      ...(so ? [phrase(so, everyColumn)] : []),
      ...scopes(org_id, filters),
    ]),
    filters.query,
  );
};

/** like: words of the file that are like one; known: false where no entry has a word. */
type Words = { like(word: string, within: boolean): string[]; known(word: string): boolean };
/** Finds what has `sought`, among what the filters let through; null where no word of the file is like one that is sought. */
export function withSought(
  org_id: string | null,
  filters: Filters,
  { sought, words }: { sought: Sought; words: Words },
): string | null {
  const found = seek(sought, words);
  return found && without(all([found, ...scopes(org_id, filters)]), filters.query);
}

function seek(sought: Sought, words: Words): string | null {
  if ('phrase' in sought) {
    const { stream, tokens, prefix } = sought.phrase;
    if (stream === 'plain' && !prefix && !tokens.every((one) => words.known(one))) return null;
    return phrase(sought.phrase, everyColumn);
  }
  if ('left' in sought) return holed(sought);
  if ('like' in sought) {
    const found = words.like(sought.like, sought.within);
    return found.length === 0
      ? null
      : any(found.map((one) => phrase({ stream: sought.stream, tokens: [one], prefix: false }, everyColumn)));
  }
  if ('any' in sought) {
    const found = sought.any.map((one) => seek(one, words)).filter((one) => one !== null);
    return found.length === 0 ? null : any(found);
  }
  const parts: string[] = [];
  for (const one of sought.all) {
    const part = seek(one, words);
    if (part === null) return null; // the others are not looked up
    parts.push(part);
  }
  return parts.length === 0 ? null : all(parts);
}

/** With the pairs of both runs, which are rare: single characters are in most entries, and are then looked at only where the pairs are. */
function holed({ left, right }: { left: string[]; right: string[] }): string {
  const pairs = [left, right]
    .filter(({ length }) => length > 1)
    .map((run) => run.slice(1).map((one, at) => (run[at] ?? '') + one));
  const both = pairs.map((tokens) => phrase({ stream: 'grams', tokens, prefix: false }, everyColumn));
  return all([...both, `${everyColumn.plain} : NEAR("${left.join(' ')}" "${right.join(' ')}", 1)`]);
}

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
