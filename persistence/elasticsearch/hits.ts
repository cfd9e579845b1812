/** What a search returns of an entry: the columns that the index keeps apart from its words, read as they are. */
import type { estypes } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { EntryContent, EntryHead } from '../../runtime/ports/search-index.ts';

const text = z.tuple([z.string()]).transform(([one]) => one);
const whole = z.tuple([z.number()]).transform(([one]) => one);
const yes = z.tuple([z.boolean()]).transform(([one]) => one);

/** Asked of every hit; a tombstone has no `has_vector` and no `created_at`. */
export const FIELDS = ['resource_id', 'org_id', 'revision', 'deleted', 'has_vector', 'created_at'];
const Fields = z.object({
  resource_id: text,
  org_id: text,
  revision: whole,
  deleted: yes,
  has_vector: yes.optional(),
  created_at: whole.optional(),
});

/** Asked of those that are compared with the facts. */
export const WITH_CONTENT = [...FIELDS, 'content'];
const Content = z.looseObject({ content: text.optional() });

export type Hit = { id: string; revision: number; created_at: number; score: number };

export const hitsOf = ({ hits }: estypes.SearchResponse): Hit[] =>
  hits.hits.map(({ fields, _score }) => {
    const { resource_id, revision, created_at = 0 } = Fields.parse(fields);
    return { id: resource_id, revision, created_at, score: _score ?? 0 };
  });

export const headsOf = ({ hits }: Pick<estypes.SearchResponse, 'hits'>): EntryHead[] =>
  hits.hits.map(({ fields }) => {
    const { resource_id, org_id, revision, deleted, has_vector = false } = Fields.parse(fields);
    return { resource_id, org_id, revision, deleted, has_vector };
  });

export const contentsOf = (response: Pick<estypes.SearchResponse, 'hits'>): EntryContent[] => {
  const contents = response.hits.hits.map(({ fields }) => Content.parse(fields).content ?? null);
  return headsOf(response).map((head, i) => ({ ...head, content: contents[i] ?? null }));
};

export const totalOf = ({ hits: { total } }: estypes.SearchResponse): number =>
  typeof total === 'number' ? total : (total?.value ?? 0);
