/** Generated texts for an index. What is printed is one JSON object a line. */

import type { IndexEntry, SearchIndex } from '../runtime/ports/search-index.ts';
import { entry } from '../test/worlds/entries.ts';
import { hashedNgrams } from '../test/worlds/hashed-ngrams.ts';
import { savedText, seeded } from '../test/worlds/texts.ts';

export const SEED = 20261123;
export const ORG = 'a';
const embedder = hashedNgrams();
/** The length of vectors here. */
export const { dimension } = embedder;
const random = seeded(SEED);
export const print = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
export const rounded = (value: number) => Math.round(value * 10) / 10;
export const at = (sorted: number[], part: number) =>
  rounded(sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0);

export async function vectorOf(text: string): Promise<Float32Array | null> {
  return (await embedder.embed([text], new AbortController().signal))[0] ?? null;
}

/** As ids of pictures are, which responses are held to. */
export const idOf = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Embedding is measured apart: it is not the index's work. vectors: false where no embedder is configured. */
export async function entries(from: number, count: number, vectors = true): Promise<IndexEntry[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const saved = savedText(random);
      const vector = vectors ? await vectorOf(`${saved.title}\n${saved.pages[0]?.text}`) : null;
      return entry(ORG, idOf(from + i), saved, { vector });
    }),
  );
}

/** Puts one after the other, each alone. `from`: where the numbers of new entries begin. */
export async function putsAlone(index: SearchIndex, from: number, vectors = true): Promise<void> {
  const one = await entries(from, 50, vectors);
  const alone: number[] = [];
  for (const put of one) {
    const began = performance.now();
    await index.put(put);
    alone.push(performance.now() - began);
  }
  alone.sort((a, b) => a - b);
  print({ measured: 'one put alone', p50_ms: at(alone, 0.5), p99_ms: at(alone, 0.99) });
}
