/**
 * Fields of vectors, one a model. An entry keeps the vectors that it has, whichever model this process has itself: processes of two models
 * write to the same indexes while one of them is replaced, and neither takes away what the other has made.
 */

import type { Vectors } from '../../runtime/ports/texts.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { Elastic } from './client.ts';
import { isVectorsField, type Model, vectorsField, vectorsMapping } from './mapping.ts';
import type { Names } from './names.ts';

/** Models of before and of others that are known: more are asked for again. */
const KNOWN = 20;

export type VectorFields = {
  /** The model whose field the vectors of an entry go into, which all indexes have then. Null: none, or Elasticsearch takes no such vectors. */
  modelOf(vectors: Vectors | null): Promise<Model | null>;
  /** Gives one index the fields that any of ours has: a process that was there before it was made writes to it too. */
  copyTo(index: string): Promise<void>;
  /** What was known may be of indexes that are gone. */
  forget(): void;
};

/** Without a model of its own a process writes no vectors: nothing would compare them. */
export function vectorFields(elastic: Elastic, names: Names, own: Model | null): VectorFields {
  const known = new Map<string, Promise<Model | null>>();
  async function added(model: Model): Promise<Model | null> {
    try {
      await elastic.call((client) => client.indices.putMapping({ index: names.every, properties: vectorsMapping(model) }));
      return model;
    } catch (error) {
      if (error instanceof StepError && error.failure.code === 'INDEX_REFUSED') return null; // too long, say
      throw error;
    }
  }
  return {
    async modelOf(vectors) {
      const dimension = vectors?.passages[0]?.length ?? 0;
      if (!vectors || !own || dimension === 0) return null;
      const model = { name: vectors.model, dimension };
      const field = vectorsField(model);
      if (field === vectorsField(own)) return own;
      if (known.size >= KNOWN) known.clear();
      const asked = known.get(field) ?? added(model);
      known.set(field, asked);
      asked.catch(() => known.delete(field));
      return asked;
    },
    async copyTo(index) {
      const found = await elastic.call((client) => client.indices.getMapping({ index: names.every }));
      const all = Object.values(found).flatMap(({ mappings }) => Object.entries(mappings.properties ?? {}));
      const properties = Object.fromEntries(all.filter(([field]) => isVectorsField(field)));
      if (Object.keys(properties).length > 0) await elastic.call((client) => client.indices.putMapping({ index, properties }));
    },
    forget: () => known.clear(),
  };
}
