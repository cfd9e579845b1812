/** An index of one generation: its mapping, and what is stored of an entry. */
import type { estypes } from '@elastic/elasticsearch';
import { contentHash } from '../../runtime/content-hash.ts';
import type { IndexEntry } from '../../runtime/ports/search-index.ts';
import { ANALYSER_VERSION, APART, type Stream } from '../../text/analyse.ts';
import { FIELDS, foldTag, storedFields } from '../../text/document.ts';
import { WEIGHT } from '../shared/fuse.ts';

/** Raised with every change of the mapping, or of what is stored. */
const FORMAT = 1;
/** One: ranks are then by the same counts for all entries. A million texts of pictures are a few gigabytes. */
const SHARDS = 1;
/** Every write asks for its own refresh; this one only heals what a process that died in the middle has left. */
const REFRESH_INTERVAL = '30s';
/** Hits that one search may answer: far above the longest page with all that is before it. */
const RESULT_WINDOW = 20_000;
/** Beginnings of words that are terms of their own, so that all that begins so is found, however many words that are. */
export const PREFIX_CHARS = { min_chars: 2, max_chars: 5 };

/** What an index was made with: one that says otherwise finds wrongly, or can't take our vectors. */
export const madeWith = (dimension: number) => ({ format: FORMAT, analyser: ANALYSER_VERSION, dimension });

export const settings: estypes.IndicesIndexSettings = {
  number_of_shards: SHARDS,
  auto_expand_replicas: '0-1',
  refresh_interval: REFRESH_INTERVAL,
  max_result_window: RESULT_WINDOW,
};

/** What an entry was written with: see runtime/content-hash.ts. An index of before gets the field when it is first used. */
export const CONTENT = { content: { type: 'keyword', index: false } } as const;

/**
 * Strict: a field nobody knows is a mistake. The tokens are ours, so `whitespace` leaves them as they are. They and the vector are not
 * kept beside what is searched: the facts have them. Vectors stay float32: quantised ones
 * would be in another order than the embedded index has them.
 */
export function mappings(dimension: number): estypes.MappingTypeMapping {
  const keyword = { type: 'keyword' } as const;
  const tokens = { type: 'text', analyzer: 'whitespace' } as const;
  return {
    dynamic: 'strict',
    _meta: madeWith(dimension),
    _source: { excludes: ['grams', 'plain', 'vector'] },
    properties: {
      resource_id: keyword,
      org_id: keyword,
      revision: { type: 'long' },
      deleted: { type: 'boolean' },
      has_vector: { type: 'boolean' },
      batch_id: keyword,
      taken_at: { type: 'long' },
      created_at: { type: 'long' },
      year: keyword,
      tags: keyword,
      ...CONTENT,
      folded_tags: keyword,
      grams: tokens,
      plain: { ...tokens, index_prefixes: PREFIX_CHARS },
      vector: { type: 'dense_vector', dims: dimension, index: true, similarity: 'cosine', index_options: { type: 'hnsw' } },
    },
  };
}

export type Stored = { resource_id: string; org_id: string; revision: number; deleted: boolean } & Record<string, unknown>;

/** An id of one organisation is never another's: no encoded name holds a slash. */
export const documentId = (org_id: string, resource_id: string): string => `${encodeURIComponent(org_id)}/${resource_id}`;

export const tombstone = (org_id: string, resource_id: string, revision: number): Stored => ({
  resource_id,
  org_id,
  revision,
  deleted: true,
});

export function documentOf({ resource_id, org_id, revision, saved, vector }: IndexEntry): Stored {
  const { batch_id, taken_at, created_at, tags } = saved;
  return {
    resource_id,
    org_id,
    revision,
    deleted: false,
    has_vector: vector !== null,
    ...(batch_id === null ? {} : { batch_id }),
    ...(taken_at === null ? {} : { taken_at }),
    created_at,
    year: yearOf(taken_at ?? created_at),
    tags,
    content: contentHash({ saved, vector }),
    folded_tags: tags.map(foldTag),
    ...tokensOf(storedFields(saved)),
    ...(vector?.some((value) => value !== 0) ? { vector: [...vector] } : {}), // a zero is near nothing, and is refused
  };
}

/** The year of the picture, else of its arrival, in UTC. */
const yearOf = (at: number): string => String(new Date(at).getUTCFullYear()).padStart(4, '0');

/**
 * One field a stream: each part of the text as often as it weighs. The frequency of a phrase is then the weighted sum that FTS5 counts,
 * before it levels off; five fields with boosts level off each alone, and agreed less often on what is first (see docs/decisions/0012).
 */
function tokensOf(fields: ReturnType<typeof storedFields>): Record<Stream, string> {
  const line = (stream: Stream) =>
    FIELDS.flatMap((field) =>
      fields[field][stream] === '' ? [] : Array<string>(WEIGHT[field]).fill(fields[field][stream]),
    ).join(` ${APART} `);
  return { grams: line('grams'), plain: line('plain') };
}
