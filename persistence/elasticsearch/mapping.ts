/** An index of one generation: its mapping, and what is stored of an entry. */
import { createHash } from 'node:crypto';
import type { estypes } from '@elastic/elasticsearch';
import { contentHash } from '../../runtime/content-hash.ts';
import type { IndexEntry } from '../../runtime/ports/search-index.ts';
import type { Vectors } from '../../runtime/ports/texts.ts';
import { ANALYSER_VERSION, APART, type Stream } from '../../text/analyse.ts';
import { FIELDS, type Field, foldTag, indexedFields } from '../../text/document.ts';

/** A field that processes of the format before still write while a newer one builds its index: refused, it would cost their pictures the entry. */
const OF_BEFORE = 'vector';
/** Raised with every change of the mapping, or of what is stored. */
const FORMAT = 3;
/** One: ranks are then by the same counts for all entries. A million texts of pictures are a few gigabytes. */
const SHARDS = 1;
/** Every write asks for its own refresh; this one only heals what a process that died in the middle has left. */
const REFRESH_INTERVAL = '30s';
/** Hits that one search may answer: far above the longest page with all that is before it. */
const RESULT_WINDOW = 20_000;
/** Beginnings of words that are terms of their own, so that all that begins so is found, however many words that are. */
export const PREFIX_CHARS = { min_chars: 2, max_chars: 5 };

/** What an index was made with: one that says otherwise finds wrongly. */
export const MADE_WITH = { format: FORMAT, analyser: ANALYSER_VERSION };

export const settings: estypes.IndicesIndexSettings = {
  number_of_shards: SHARDS,
  auto_expand_replicas: '0-1',
  refresh_interval: REFRESH_INTERVAL,
  max_result_window: RESULT_WINDOW,
};

/** Tokens are ours, so `whitespace` leaves them as they are. Nothing is ranked by how long a text is. */
const TOKENS = { type: 'text', analyzer: 'whitespace', norms: false } as const;
/**
 * Fields that an index of before gets when it is first used. content: what an entry was written with, see runtime/content-hash.ts;
 * named: tokens of all but the pages.
 */
export const ADDED = {
  content: { type: 'keyword', index: false },
  named_grams: TOKENS,
  named_plain: { ...TOKENS, index_prefixes: PREFIX_CHARS },
} as const;

/**
 * Strict: a field nobody knows is a mistake. The tokens and the vectors are not kept beside what is searched: the facts have them.
 */
export function mappings(): estypes.MappingTypeMapping {
  const keyword = { type: 'keyword' } as const;
  return {
    dynamic: 'strict',
    _meta: MADE_WITH,
    _source: { excludes: ['grams', 'plain', 'named_grams', 'named_plain', OF_BEFORE, `${VECTORS}*`] },
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
      ...ADDED,
      folded_tags: keyword,
      grams: TOKENS,
      plain: { ...TOKENS, index_prefixes: PREFIX_CHARS },
      [OF_BEFORE]: { type: 'float', index: false, doc_values: false },
    },
  };
}

/** The model whose vectors are compared, and their length. */
export type Model = { name: string; dimension: number };
const VECTORS = 'vectors_';
const NAME_CHARS = 16;
/** A field a model: vectors of another are not seen, whatever their length, and no index has to be built again for a new one. */
export const vectorsField = ({ name, dimension }: Model): string =>
  VECTORS + createHash('sha256').update(`${dimension} ${name}`).digest('hex').slice(0, NAME_CHARS);
export const isVectorsField = (field: string): boolean => field.startsWith(VECTORS);
/** Added to each index when it is first used with a model. A passage each, of which the nearest counts. Vectors stay float32: quantised ones would be in another order than the embedded index has them. */
export const vectorsMapping = (model: Model): Record<string, estypes.MappingProperty> => ({
  [vectorsField(model)]: {
    type: 'nested',
    dynamic: 'strict',
    properties: {
      vector: {
        type: 'dense_vector',
        dims: model.dimension,
        index: true,
        similarity: 'cosine',
        index_options: { type: 'hnsw' },
      },
    },
  },
});
const isOf = ({ name, dimension }: Model, { model, passages }: Vectors): boolean =>
  model === name && passages.every(({ length }) => length === dimension);
/** A zero is near nothing, and is refused. */
const pointing = ({ passages }: Vectors): number[][] =>
  passages.filter((passage) => passage.some((value) => value !== 0)).map((passage) => [...passage]);

export type Stored = { resource_id: string; org_id: string; revision: number; deleted: boolean } & Record<string, unknown>;

/** An id of one organisation is never another's: no encoded name holds a slash. */
export const documentId = (org_id: string, resource_id: string): string => `${encodeURIComponent(org_id)}/${resource_id}`;

export const tombstone = (org_id: string, resource_id: string, revision: number): Stored => ({
  resource_id,
  org_id,
  revision,
  deleted: true,
});

/** model: whose vectors are stored; null: none are. */
export function documentOf({ resource_id, org_id, revision, saved, vectors }: IndexEntry, model: Model | null): Stored {
  const { batch_id, taken_at, created_at, tags } = saved;
  return {
    resource_id,
    org_id,
    revision,
    deleted: false,
    has_vector: vectors !== null,
    ...(batch_id === null ? {} : { batch_id }),
    ...(taken_at === null ? {} : { taken_at }),
    created_at,
    year: yearOf(taken_at ?? created_at),
    tags,
    content: contentHash({ saved, vectors }),
    folded_tags: tags.map(foldTag),
    ...tokensOf(indexedFields(saved)),
    ...(vectors && model && isOf(model, vectors)
      ? { [vectorsField(model)]: pointing(vectors).map((vector) => ({ vector })) }
      : {}),
  };
}

/** The year of the picture, else of its arrival, in UTC. */
const yearOf = (at: number): string => String(new Date(at).getUTCFullYear()).padStart(4, '0');

/** Two fields a stream: all of the entry, and what is named, which is all but its pages. No phrase reaches from one part into the next. */
function tokensOf(fields: ReturnType<typeof indexedFields>): Record<Stream | `named_${Stream}`, string> {
  const line = (stream: Stream, of: readonly Field[]) => of.flatMap((field) => fields[field][stream] || []).join(` ${APART} `);
  return {
    ...{ grams: line('grams', FIELDS), plain: line('plain', FIELDS) },
    ...{ named_grams: line('grams', NAMED), named_plain: line('plain', NAMED) },
  };
}
const NAMED = FIELDS.filter((field) => field !== 'text');
