/**
 * What is near to a query: how far its cosine with a text stands above those with any text. Each model has a scale of its own, on which
 * strangers may be at 0.1 or at 0.8; measured in deviations from the mean of a sample of what is stored, all are alike.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import type { Facts } from '../ports/facts.ts';
import type { Embedder } from '../ports/providers.ts';
import type { Scope } from '../ports/scope.ts';
import { REFERENCES } from './reference-texts.ts';

/** Deviations above the mean from which a text is near. See docs/search.md. */
export const LEAST_DEVIATIONS = 3;
/** Vectors of one picture: long texts are few, and would be most of a sample. */
const PASSAGES_OF_EACH = 2;
/** With fewer vectors stored, texts of ours are put beside them: of a handful nothing stands out. */
const ENOUGH = 64;
/** A sample stands for so long; one of few for less, since a library that begins changes quickly. */
const [KEPT_MS, KEPT_FEW_MS] = [10 * 60_000, 15_000];
/** Numbers kept, of all organisations: 32 MB. */
const KEPT_NUMBERS = 8_000_000;

export type Nearness = {
  /** The least cosine of what is near to the query. Throws as the embedder does, and takes as long: the caller bounds its wait. */
  least(scope: Scope, query: Float32Array): Promise<number>;
};
type Parts = {
  facts: { texts: Pick<Facts['texts'], 'sampledEmbeddings'> };
  embedder: Embedder;
  clock: Pick<Clock, 'elapsed'>;
};
type Sample = { vectors: readonly Float32Array[]; until: number };

export function createNearness({ facts, embedder, clock }: Parts): Nearness {
  const kept = new LRUCache<string, Sample>({
    maxSize: KEPT_NUMBERS,
    sizeCalculation: ({ vectors }) => 1 + vectors.length * embedder.dimension,
  });
  let references: Promise<Float32Array[]> | null = null;
  /** Under no signal of a search: one that is given up leaves them to the next, which would ask for all of them again. */
  const referred = () => {
    references ??= embedder.embed([...REFERENCES], new AbortController().signal, 'passage').catch((error: unknown) => {
      references = null;
      throw error;
    });
    return references;
  };
  async function sampleOf(scope: Scope): Promise<readonly Float32Array[]> {
    const there = kept.get(scope.org_id);
    if (there && there.until > clock.elapsed()) return there.vectors;
    const embeddings = await facts.texts.sampledEmbeddings(scope, embedder.model);
    const own = embeddings.filter(
      ({ model, passages }) => model === embedder.model && passages[0]?.length === embedder.dimension,
    );
    const stored = distinct(own.flatMap(({ passages }) => passages.slice(0, PASSAGES_OF_EACH)));
    const is_enough = stored.length >= ENOUGH;
    const vectors = is_enough ? stored : [...stored, ...(await referred())];
    kept.set(scope.org_id, { vectors, until: clock.elapsed() + (is_enough ? KEPT_MS : KEPT_FEW_MS) });
    return vectors;
  }
  return {
    least: async (scope, query) => leastOf(query, await sampleOf(scope)),
  };
}

/** Each once: what many pictures say in the same words would else be the mean itself, and none of it near. */
const distinct = (vectors: readonly Float32Array[]): Float32Array[] => [
  ...new Map(
    vectors.map((vector) => [Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('latin1'), vector]),
  ).values(),
];

/** The mean of the cosines with a sample, and so many deviations more. */
export function leastOf(query: Float32Array, sample: readonly Float32Array[]): number {
  const cosines = sample.map((vector) => vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0));
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(cosines.length, 1);
  const variance = cosines.reduce((sum, cosine) => sum + (cosine - mean) ** 2, 0) / Math.max(cosines.length, 1);
  return mean + LEAST_DEVIATIONS * Math.sqrt(variance);
}
