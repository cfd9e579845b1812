/** Index entries and questions for tests of the search. */

import type { IndexEntry, IndexQuery } from '../../runtime/ports/search-index.ts';
import type { SavedText, Vectors } from '../../runtime/ports/texts.ts';
import { parseQuery } from '../../text/query.ts';

export const saved = (text: string, change: Partial<SavedText> = {}): SavedText => ({
  title: null,
  description: null,
  tags: [],
  taken_at: null,
  filename: 'x.png',
  batch_id: null,
  created_at: Date.UTC(2026, 0, 1),
  pages: [{ page: 1, text }],
  ...change,
});

export const entry = (
  org_id: string,
  resource_id: string,
  text: SavedText | string,
  { vector = null, ...change }: EntryChange = {},
): IndexEntry => ({
  resource_id,
  org_id,
  revision: 1,
  saved: typeof text === 'string' ? saved(text) : text,
  vectors: vector && vectorsOf(vector),
  ...change,
});

export const question = (typed: string, change: Partial<IndexQuery> = {}): IndexQuery => ({
  query: parseQuery(typed),
  mode: 'text',
  vector: null,
  sort: 'relevance',
  after: null,
  except: [],
  facets: [],
  limit: 50,
  ...change,
});

/** The model of all vectors of tests, and what a search by vector alone wants at least. */
export const MODEL = 'of the tests';
export const LEAST = 0.45;
/** vector: that of the only passage. */
export type EntryChange = Partial<IndexEntry> & { vector?: Float32Array | null };
export const vectorsOf = (...passages: Float32Array[]): Vectors => ({ model: MODEL, passages });

/** A unit vector of `dimension` that is as near to the first axis as `cosine` says; the rest lies on axis `other`. */
export function vectorAt(cosine: number, other: number, dimension = 384): Float32Array {
  const vector = new Float32Array(dimension);
  vector[0] = cosine;
  vector[other] = Math.sqrt(1 - cosine * cosine);
  return vector;
}
